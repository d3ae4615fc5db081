//! To somebody who has ordered.

use super::purchase::Purchase;
use crate::letter::{Addressee, Letter, Mail};
use crate::manner::Language;

/// With all of the order, and until when it is held, while it waits for its payment.
pub fn mail(to: &Addressee<'_>, purchase: &Purchase) -> Mail {
    let number = &purchase.number;
    let held = purchase.pay_by.map(|pay_by| to.manner.moment(pay_by));
    let (subject, headline, says, offers) = match (to.manner.language(), held) {
        (Language::English, Some(until)) => (
            format!("Your order {number}"),
            "Thank you for your order",
            format!(
                "We have received your order {number}, and hold all of it for you until {until}. Please pay by then:"
            ),
            "Pay now",
        ),
        (Language::English, None) => (
            format!("Your order {number}"),
            "Thank you for your order",
            format!("We have received your order {number}."),
            "See your order",
        ),
        (Language::German, Some(until)) => (
            format!("Ihre Bestellung {number}"),
            "Vielen Dank für Ihre Bestellung",
            format!(
                "Wir haben Ihre Bestellung {number} erhalten und halten bis zum {until} alles für Sie zurück. \
                 Bitte bezahlen Sie bis dahin:"
            ),
            "Jetzt bezahlen",
        ),
        (Language::German, None) => (
            format!("Ihre Bestellung {number}"),
            "Vielen Dank für Ihre Bestellung",
            format!("Wir haben Ihre Bestellung {number} erhalten."),
            "Bestellung ansehen",
        ),
    };
    Letter::to(to)
        .headed(headline)
        .says(says)
        .offers(offers, &purchase.page)
        .lists(purchase.goods.clone())
        .adds_up(purchase.sums.clone())
        .mail(subject)
}
