//! To somebody whose password is another now.

use holdfast_core::Timestamp;

use crate::letter::{Addressee, Letter, Mail};
use crate::manner::Language;

/// With when it was, and what to do if it was not them.
pub fn mail(to: &Addressee<'_>, at: Timestamp, forgot: &str) -> Mail {
    let at = to.manner.moment(at);
    let (subject, headline, says, not_you, offers) = match to.manner.language() {
        Language::English => (
            "Your password was changed",
            "Your password was changed",
            format!(
                "The password of your account was changed on {at}. Whoever was logged in elsewhere has been logged out."
            ),
            "If it was not you, somebody else has your account. Set a new password at once:",
            "Set a new password",
        ),
        Language::German => (
            "Ihr Passwort wurde geändert",
            "Ihr Passwort wurde geändert",
            format!("Das Passwort Ihres Kontos wurde am {at} geändert. Alle anderen Sitzungen wurden beendet."),
            "Falls Sie das nicht waren, hat jemand anderes Ihr Konto. Setzen Sie sofort ein neues Passwort:",
            "Neues Passwort setzen",
        ),
    };
    Letter::to(to).headed(headline).says(says).says(not_you).offers(offers, forgot).mail(subject)
}
