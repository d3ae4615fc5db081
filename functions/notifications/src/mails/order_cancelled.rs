//! To somebody whose order was called off.

use super::purchase::Purchase;
use crate::letter::{Addressee, Letter, Mail};
use crate::manner::Language;

/// With what goes back, if anything was paid.
pub fn mail(to: &Addressee<'_>, purchase: &Purchase, refund: Option<&str>) -> Mail {
    let number = &purchase.number;
    let (subject, headline, says, money) = match (to.manner.language(), refund) {
        (Language::English, refund) => (
            format!("Your order {number} was cancelled"),
            "Your order was cancelled",
            format!("The order {number} was called off, and will not be sent."),
            refund.map_or_else(
                || "Nothing was charged for it.".to_owned(),
                |refund| format!("{refund} goes back to you the way that you paid. We write again when it is sent."),
            ),
        ),
        (Language::German, refund) => (
            format!("Ihre Bestellung {number} wurde storniert"),
            "Ihre Bestellung wurde storniert",
            format!("Die Bestellung {number} wurde storniert und wird nicht versandt."),
            refund.map_or_else(
                || "Ihnen wurde nichts dafür berechnet.".to_owned(),
                |refund| {
                    format!(
                        "{refund} gehen auf dem Weg, auf dem Sie bezahlt haben, an Sie zurück. Wir schreiben Ihnen \
                         noch einmal, wenn der Betrag überwiesen ist."
                    )
                },
            ),
        ),
    };
    Letter::to(to).headed(headline).says(says).lists(purchase.goods.clone()).says(money).mail(subject)
}
