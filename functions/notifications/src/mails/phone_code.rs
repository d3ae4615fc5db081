//! To a telephone: the code that shows whose it is.

use crate::letter::{Addressee, Letter, Mail};
use crate::manner::Language;

/// With the six digits. It is the text that counts: no mail of it is sent.
pub fn mail(to: &Addressee<'_>, digits: &str) -> Mail {
    let (subject, says) = match to.manner.language() {
        Language::English => {
            (format!("{digits} is your code"), "Enter it where you registered this telephone. Tell nobody.")
        }
        Language::German => (
            format!("{digits} ist Ihr Code"),
            "Geben Sie ihn dort ein, wo Sie dieses Telefon registriert haben, und sonst nirgends.",
        ),
    };
    Letter::to(to).says(says).mail(subject)
}
