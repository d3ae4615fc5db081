//! To someone under whose address somebody tried to register again.

use crate::letter::{Letter, Mail};

/// The page that registered says the same as ever, so only the owner of the address learns that there is an account.
pub fn mail(name: &str, log_in: &str, forgot: &str) -> Mail {
    Letter::to(name)
        .says("Somebody, probably you, just tried to register with this e-mail address. You already have an account:")
        .offers("Log in", log_in)
        .says("If you no longer know your password, set a new one:")
        .offers("Set a new password", forgot)
        .says("If it was not you, you need not do anything: nothing has changed, and nobody learned that you have an account.")
        .mail("You already have an account")
}
