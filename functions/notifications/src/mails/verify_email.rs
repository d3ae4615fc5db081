//! To someone who registered: is the address yours?

use holdfast_accounts::domain::Code;

use crate::letter::{Letter, Mail};

/// With the link that shows it, and the token for those who cannot follow links.
/// It greets nobody by name: the name is what a stranger may have written.
pub fn mail(link: &str, token: &str) -> Mail {
    let hours = Code::LIFETIME.as_hours();
    Letter::to_whom_it_concerns()
        .says("Welcome to Holdfast. Please confirm that this e-mail address is yours:")
        .offers("Confirm my address", link)
        .says(format!(
            "The link works once, and for {hours} hours. If you are asked for a code instead, enter this one:"
        ))
        .shows(token)
        .says("If you did not register, somebody mistyped their address: you need not do anything.")
        .mail("Confirm your e-mail address")
}
