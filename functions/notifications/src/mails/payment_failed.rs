//! To somebody whose attempt to pay failed.

use super::purchase::Purchase;
use crate::letter::{Addressee, Letter, Mail};
use crate::manner::Language;

/// With until when another attempt is possible, while it is.
pub fn mail(to: &Addressee<'_>, purchase: &Purchase) -> Mail {
    let number = &purchase.number;
    let until = purchase.pay_by.map(|pay_by| to.manner.moment(pay_by));
    let (subject, headline, says, again, offers) = match to.manner.language() {
        Language::English => (
            format!("Your payment for the order {number} did not go through"),
            "Your payment did not go through",
            format!("The payment for your order {number} failed: nothing was charged."),
            until.map(|until| format!("We hold everything for you until {until}. Until then you can try again, or pay another way:")),
            "Try again",
        ),
        Language::German => (
            format!("Ihre Zahlung für die Bestellung {number} ist fehlgeschlagen"),
            "Ihre Zahlung ist fehlgeschlagen",
            format!("Die Zahlung für Ihre Bestellung {number} ist fehlgeschlagen: Ihnen wurde nichts berechnet."),
            until.map(|until| {
                format!(
                    "Wir halten bis zum {until} alles für Sie zurück. Bis dahin können Sie es noch einmal versuchen oder anders \
                     bezahlen:"
                )
            }),
            "Noch einmal versuchen",
        ),
    };
    let letter = Letter::to(to).headed(headline).says(says);
    let letter = match again {
        Some(again) => letter.says(again).offers(offers, &purchase.page),
        None => letter,
    };
    letter.lists(purchase.goods.clone()).adds_up(purchase.sums.clone()).mail(subject)
}
