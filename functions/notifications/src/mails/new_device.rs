//! To somebody who has logged in where they never did before.

use holdfast_core::Timestamp;

use crate::letter::{Addressee, Letter, Mail};
use crate::manner::Language;

/// With which device it was and when, and what to do if it was not them.
pub fn mail(to: &Addressee<'_>, device: &str, at: Timestamp, forgot: &str) -> Mail {
    let at = to.manner.moment(at);
    let (subject, headline, says, facts, not_you, offers) = match to.manner.language() {
        Language::English => (
            "A new device has logged in to your account",
            "A new device has logged in",
            "Somebody has logged in to your account with a device, or from a place, that we have not seen before:",
            ["Device", "When"],
            "If it was you, you need not do anything. If it was not, set a new password at once: that ends all sessions.",
            "Set a new password",
        ),
        Language::German => (
            "Ein neues Gerät hat sich bei Ihrem Konto angemeldet",
            "Ein neues Gerät hat sich angemeldet",
            "Jemand hat sich mit einem Gerät oder von einem Ort aus, den wir noch nicht kennen, bei Ihrem Konto angemeldet:",
            ["Gerät", "Wann"],
            "Falls Sie das waren, brauchen Sie nichts zu tun. Falls nicht, setzen Sie sofort ein neues Passwort: Das beendet \
             alle Sitzungen.",
            "Neues Passwort setzen",
        ),
    };
    let [what, when] = facts;
    Letter::to(to)
        .headed(headline)
        .says(says)
        .states(vec![(what, device.to_owned()), (when, at)])
        .says(not_you)
        .offers(offers, forgot)
        .mail(subject)
}
