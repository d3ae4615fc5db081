//! To someone who asked for a new password.

use holdfast_accounts::domain::Code;

use crate::letter::{Letter, Mail};

/// With the link that lets them set it, and the token for those who cannot follow links.
pub fn mail(name: &str, link: &str, token: &str) -> Mail {
    let minutes = Code::RESET_LIFETIME.as_mins();
    Letter::to(name)
        .says("You asked to set a new password for your Holdfast account:")
        .offers("Set a new password", link)
        .says(format!(
            "The link works once, and for {minutes} minutes. If you are asked for a code instead, enter this one:"
        ))
        .shows(token)
        .says("If you did not ask for it, you need not do anything: your password stays as it is.")
        .mail("Set a new password")
}
