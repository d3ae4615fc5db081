//! To somebody whose return has come.

use super::purchase::Purchase;
use crate::letter::{Addressee, Good, Letter, Mail};
use crate::manner::Language;

/// With what is refunded for it.
pub fn mail(to: &Addressee<'_>, purchase: &Purchase, goods: Vec<Good>, refund: &str) -> Mail {
    let number = &purchase.number;
    let (subject, headline, says, then) = match to.manner.language() {
        Language::English => (
            format!("Your return for the order {number} has arrived"),
            "Your return has arrived",
            format!("Back with us, of your order {number}:"),
            format!("{refund} goes back to you the way that you paid. We write again when it is sent."),
        ),
        Language::German => (
            format!("Ihre Rücksendung zur Bestellung {number} ist angekommen"),
            "Ihre Rücksendung ist angekommen",
            format!("Aus Ihrer Bestellung {number} ist wieder bei uns:"),
            format!(
                "{refund} gehen auf dem Weg, auf dem Sie bezahlt haben, an Sie zurück. Wir schreiben Ihnen noch \
                 einmal, wenn der Betrag überwiesen ist."
            ),
        ),
    };
    Letter::to(to).headed(headline).says(says).lists(goods).says(then).mail(subject)
}
