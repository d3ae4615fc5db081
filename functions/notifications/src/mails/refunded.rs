//! To somebody whose money is on its way back.

use super::purchase::Purchase;
use crate::letter::{Addressee, Letter, Mail};
use crate::manner::Language;

/// With how much it is.
pub fn mail(to: &Addressee<'_>, purchase: &Purchase, amount: &str) -> Mail {
    let number = &purchase.number;
    let (subject, headline, says, wait, offers) = match to.manner.language() {
        Language::English => (
            format!("{amount} of your order {number} was refunded"),
            "Your money is on its way",
            format!("We have refunded {amount} of your order {number}, the way that you paid."),
            "Until your bank shows it, a few days may pass.",
            "See your order",
        ),
        Language::German => (
            format!("{amount} Ihrer Bestellung {number} wurden erstattet"),
            "Ihr Geld ist unterwegs",
            format!("Wir haben {amount} Ihrer Bestellung {number} auf dem Weg erstattet, auf dem Sie bezahlt haben."),
            "Bis Ihre Bank den Betrag anzeigt, können einige Tage vergehen.",
            "Bestellung ansehen",
        ),
    };
    Letter::to(to).headed(headline).says(says).says(wait).offers(offers, &purchase.page).mail(subject)
}
