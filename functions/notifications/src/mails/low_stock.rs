//! To staff, when an article has become low, or is out.

use holdfast_core::Sku;

use crate::letter::{Letter, Mail};

/// With how many are left.
pub fn mail(sku: &Sku, available: u32, threshold: u32) -> Mail {
    let left = match available {
        0 => "None is left.".to_owned(),
        some => format!("{some} can still be sold. It counts as low at {threshold}."),
    };
    Letter::to_whom_it_concerns()
        .says(format!("The article {sku} is running low. {left}"))
        .says("You are told once, until there have been enough again.")
        .mail("An article is running low")
}
