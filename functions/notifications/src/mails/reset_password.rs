//! To someone who asked for a new password.

use holdfast_accounts::domain::Code;

use crate::letter::{Addressee, Letter, Mail};
use crate::manner::Language;

/// With the link that lets them set it, and the token for those who cannot follow links.
pub fn mail(to: &Addressee<'_>, link: &str, token: &str) -> Mail {
    let minutes = Code::RESET_LIFETIME.as_mins();
    let (subject, says, offers, lasts, not_you) = match to.manner.language() {
        Language::English => (
            "Set a new password",
            format!("You asked to set a new password for your {} account:", to.shop),
            "Set a new password",
            format!(
                "The link works once, and for {minutes} minutes. If you are asked for a code instead, enter this one:"
            ),
            "If you did not ask for it, you need not do anything: your password stays as it is.",
        ),
        Language::German => (
            "Neues Passwort setzen",
            format!("Sie möchten ein neues Passwort für Ihr Konto bei {} setzen:", to.shop),
            "Neues Passwort setzen",
            format!(
                "Der Link gilt einmal und {minutes} Minuten lang. Falls Sie stattdessen nach einem Code gefragt werden, geben \
                 Sie diesen ein:"
            ),
            "Falls Sie das nicht waren, brauchen Sie nichts zu tun: Ihr Passwort bleibt, wie es ist.",
        ),
    };
    Letter::to(to).says(says).offers(offers, link).says(lasts).shows(token).says(not_you).mail(subject)
}
