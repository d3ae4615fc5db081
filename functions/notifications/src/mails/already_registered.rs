//! To someone under whose address somebody tried to register again.

use crate::letter::{Addressee, Letter, Mail};
use crate::manner::Language;

/// The page that registered says the same as ever, so only the owner of the address learns that there is an account.
pub fn mail(to: &Addressee<'_>, log_in: &str, forgot: &str) -> Mail {
    let (subject, says, in_with, unknown, reset, not_you) = match to.manner.language() {
        Language::English => (
            "You already have an account",
            "Somebody, probably you, just tried to register with this e-mail address. You already have an account:",
            "Log in",
            "If you no longer know your password, set a new one:",
            "Set a new password",
            "If it was not you, you need not do anything: nothing has changed, and nobody learned that you have an account.",
        ),
        Language::German => (
            "Sie haben bereits ein Konto",
            "Jemand, wahrscheinlich Sie, wollte sich gerade mit dieser E-Mail-Adresse registrieren. Sie haben bereits ein Konto:",
            "Anmelden",
            "Falls Sie Ihr Passwort nicht mehr wissen, setzen Sie ein neues:",
            "Neues Passwort setzen",
            "Falls Sie das nicht waren, brauchen Sie nichts zu tun: Es hat sich nichts geändert, und niemand hat erfahren, \
             dass Sie ein Konto haben.",
        ),
    };
    Letter::to(to).says(says).offers(in_with, log_in).says(unknown).offers(reset, forgot).says(not_you).mail(subject)
}
