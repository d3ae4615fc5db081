//! To someone who registered: is the address yours?

use holdfast_accounts::domain::Code;

use crate::letter::{Addressee, Letter, Mail};
use crate::manner::Language;

/// With the link that shows it, and the token for those who cannot follow links.
/// It greets nobody by name, whoever it is addressed to: the name is what a stranger may have written.
pub fn mail(to: &Addressee<'_>, link: &str, token: &str) -> Mail {
    let hours = Code::LIFETIME.as_hours();
    let (subject, says, offers, lasts, not_you) = match to.manner.language() {
        Language::English => (
            "Confirm your e-mail address",
            format!("Welcome to {}. Please confirm that this e-mail address is yours:", to.shop),
            "Confirm my address",
            format!("The link works once, and for {hours} hours. If you are asked for a code instead, enter this one:"),
            "If you did not register, somebody mistyped their address: you need not do anything.",
        ),
        Language::German => (
            "Bestätigen Sie Ihre E-Mail-Adresse",
            format!("Willkommen bei {}. Bitte bestätigen Sie, dass diese E-Mail-Adresse Ihnen gehört:", to.shop),
            "Adresse bestätigen",
            format!(
                "Der Link gilt einmal und {hours} Stunden lang. Falls Sie stattdessen nach einem Code gefragt werden, geben Sie \
                 diesen ein:"
            ),
            "Falls Sie sich nicht registriert haben, hat sich jemand bei der Adresse vertippt: Sie brauchen nichts zu tun.",
        ),
    };
    let nobody = Addressee { name: None, ..*to };
    Letter::to(&nobody).says(says).offers(offers, link).says(lasts).shows(token).says(not_you).mail(subject)
}
