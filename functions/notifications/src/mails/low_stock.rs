//! To staff, when an article has become low, or is out.

use holdfast_core::Sku;

use crate::letter::{Addressee, Letter, Mail};
use crate::manner::Language;

/// With how many are left.
pub fn mail(to: &Addressee<'_>, sku: &Sku, available: u32, threshold: u32) -> Mail {
    let (subject, says, once) = match (to.manner.language(), available) {
        (Language::English, 0) => (
            format!("{sku} has run out"),
            format!("The article {sku} has run out: none is left."),
            "You are told once, until there have been enough again.",
        ),
        (Language::English, some) => (
            format!("{sku} is running low"),
            format!("The article {sku} is running low. {some} can still be sold. It counts as low at {threshold}."),
            "You are told once, until there have been enough again.",
        ),
        (Language::German, 0) => (
            format!("{sku} ist ausverkauft"),
            format!("Der Artikel {sku} ist ausverkauft: Es ist keiner mehr da."),
            "Sie erfahren das einmal, bis wieder genug da waren.",
        ),
        (Language::German, some) => (
            format!("{sku} wird knapp"),
            format!(
                "Der Artikel {sku} wird knapp. {some} können noch verkauft werden. Als knapp gilt er ab {threshold}."
            ),
            "Sie erfahren das einmal, bis wieder genug da waren.",
        ),
    };
    Letter::to(to).says(says).says(once).mail(subject)
}
