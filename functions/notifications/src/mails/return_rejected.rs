//! To somebody who may not send something back.

use super::purchase::Purchase;
use crate::letter::{Addressee, Good, Letter, Mail};
use crate::manner::Language;

/// With what it was about.
pub fn mail(to: &Addressee<'_>, purchase: &Purchase, goods: Vec<Good>) -> Mail {
    let number = &purchase.number;
    let (subject, headline, says, offers) = match to.manner.language() {
        Language::English => (
            format!("Your return for the order {number} was not accepted"),
            "Your return was not accepted",
            format!("We cannot take back, of your order {number}:"),
            "See your order",
        ),
        Language::German => (
            format!("Ihre Rücksendung zur Bestellung {number} wurde abgelehnt"),
            "Ihre Rücksendung wurde abgelehnt",
            format!("Wir können aus Ihrer Bestellung {number} nicht zurücknehmen:"),
            "Bestellung ansehen",
        ),
    };
    Letter::to(to).headed(headline).says(says).lists(goods).offers(offers, &purchase.page).mail(subject)
}
