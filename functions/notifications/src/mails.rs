//! The mails: a file each, with an arm for each language. What a mail needs to know are its arguments: one that is missing
//! does not compile.

pub mod already_registered;
pub mod endpoint_disabled;
pub mod low_stock;
pub mod new_device;
pub mod order_cancelled;
pub mod order_delivered;
pub mod order_expired;
pub mod order_paid;
pub mod order_placed;
pub mod order_shipped;
pub mod password_changed;
pub mod payment_failed;
pub mod phone_code;
pub mod purchase;
pub mod refunded;
pub mod reset_password;
pub mod return_approved;
pub mod return_received;
pub mod return_rejected;
pub mod verify_email;

#[cfg(test)]
mod tests {
    use holdfast_core::Timestamp;
    use holdfast_orders::domain::Tracking;

    use super::purchase::Purchase;
    use super::*;
    use crate::letter::{Addressee, Good, Mail, Sum};
    use crate::manner::Manner;

    const PAGE: &str = "https://shop.test/orders/1";

    fn to(locale: &str) -> Addressee<'static> {
        let manner = Manner::of(&locale.to_owned().try_into().unwrap());
        Addressee { shop: "Holdfast", manner, name: Some("Ada Lovelace"), decline: None }
    }

    fn good() -> Good {
        Good { count: 1, title: "Mug".to_owned(), detail: "MUG".to_owned(), amount: None }
    }

    /// Every mail that there is, and every turn that it may take.
    fn all(locale: &str) -> Vec<Mail> {
        let to = &to(locale);
        let sum = Sum { label: "Total".to_owned(), amount: "$1".to_owned(), is_total: true };
        let paid = Purchase {
            number: "8T35-X63M-C56Q".to_owned(),
            goods: vec![good()],
            sums: vec![sum],
            ships_to: vec!["12 Square".to_owned()],
            pay_by: None,
            page: PAGE.to_owned(),
        };
        let unpaid = Purchase { pay_by: Some(Timestamp::UNIX_EPOCH), ..paid.clone() };
        let tracking = Tracking { carrier: "Post".to_owned(), number: "99.60".to_owned() };
        let sku = "MUG".parse().unwrap();
        vec![
            already_registered::mail(to, "https://shop.test/login", "https://shop.test/forgot-password"),
            endpoint_disabled::mail(to, "whe_1", Timestamp::UNIX_EPOCH),
            low_stock::mail(to, &sku, 0, 5),
            low_stock::mail(to, &sku, 5, 5),
            new_device::mail(to, "Firefox on Linux", Timestamp::UNIX_EPOCH, "https://shop.test/forgot-password"),
            order_cancelled::mail(to, &paid, None),
            order_cancelled::mail(to, &paid, Some("$1")),
            order_delivered::mail(to, &paid),
            order_expired::mail(to, &paid),
            order_paid::mail(to, &paid, "$1", false),
            order_paid::mail(to, &paid, "$1", true),
            order_placed::mail(to, &paid),
            order_placed::mail(to, &unpaid),
            order_shipped::mail(to, &paid, None),
            order_shipped::mail(to, &paid, Some(&tracking)),
            password_changed::mail(to, Timestamp::UNIX_EPOCH, "https://shop.test/forgot-password"),
            payment_failed::mail(to, &paid),
            payment_failed::mail(to, &unpaid),
            phone_code::mail(to, "012345"),
            refunded::mail(to, &paid, "$1"),
            reset_password::mail(to, "https://shop.test/reset-password?token=t0k", "t0k"),
            return_approved::mail(to, &paid, vec![good()], "$1"),
            return_received::mail(to, &paid, vec![good()], "$1"),
            return_rejected::mail(to, &paid, vec![good()]),
            verify_email::mail(to, "https://shop.test/verify-email?token=t0k", "t0k"),
        ]
    }

    #[test]
    fn every_mail_is_whole_in_every_language() {
        for locale in ["en", "en-GB", "de", "de-CH"] {
            for Mail { subject, text, html, short } in all(locale) {
                assert!((1..=78).contains(&subject.chars().count()) && !subject.contains('\n'), "{subject:?}");
                assert!(short.starts_with(&format!("Holdfast: {subject}")), "{short}");
                assert!(!html.contains("http://") && !html.contains("src="), "a mail loads nothing: {html}");
                for hole in ["{", "}", "None", "Some(", "  \n", "\n\n\n"] {
                    assert!(!text.contains(hole), "{hole:?} in {text}");
                }
            }
        }
    }

    #[test]
    fn no_two_languages_say_the_same() {
        for (english, german) in all("en").into_iter().zip(all("de")) {
            assert_ne!(english.subject, german.subject);
            for (one, other) in english.text.split("\n\n").zip(german.text.split("\n\n")) {
                let alike = one == other && !one.trim_start().starts_with("t0k") && !one.starts_with("1 x Mug");
                assert!(!alike || one == "Total: $1", "{one:?} is said alike");
            }
        }
    }

    #[test]
    fn a_code_stands_in_a_link_and_by_itself() {
        let verify = verify_email::mail(&to("en"), "https://shop.test/verify-email?token=t0k", "t0k");
        assert!(verify.text.starts_with("Hello,\n"), "a name that a stranger may have written is not repeated");
        assert!(verify.text.contains(": https://shop.test/verify-email?token=t0k\n"));
        assert!(verify.text.contains("\n    t0k\n") && verify.text.contains("for 24 hours"));
        let reset = reset_password::mail(&to("de"), "https://shop.test/reset-password?token=t0k", "t0k");
        assert!(reset.html.contains("href=\"https://shop.test/reset-password?token=t0k\""));
        assert!(reset.text.contains("60 Minuten"));
    }
}
