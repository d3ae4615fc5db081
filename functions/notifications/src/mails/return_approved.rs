//! To somebody who may send something back.

use super::purchase::Purchase;
use crate::letter::{Addressee, Good, Letter, Mail};
use crate::manner::Language;

/// With what may come, and what is refunded once it has.
pub fn mail(to: &Addressee<'_>, purchase: &Purchase, goods: Vec<Good>, refund: &str) -> Mail {
    let number = &purchase.number;
    let (subject, headline, says, then, offers) = match to.manner.language() {
        Language::English => (
            format!("Your return for the order {number} is approved"),
            "Please send it back",
            format!("You may send back, of your order {number}:"),
            format!("Once it has reached us, {refund} goes back to you the way that you paid."),
            "See your order",
        ),
        Language::German => (
            format!("Ihre Rücksendung zur Bestellung {number} ist genehmigt"),
            "Bitte schicken Sie es zurück",
            format!("Sie können aus Ihrer Bestellung {number} zurückschicken:"),
            format!("Sobald es bei uns ist, gehen {refund} auf dem Weg, auf dem Sie bezahlt haben, an Sie zurück."),
            "Bestellung ansehen",
        ),
    };
    Letter::to(to).headed(headline).says(says).lists(goods).says(then).offers(offers, &purchase.page).mail(subject)
}
