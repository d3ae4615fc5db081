//! To somebody who did not pay in time.

use super::purchase::Purchase;
use crate::letter::{Addressee, Letter, Mail};
use crate::manner::Language;

/// With what becomes of a payment that is still on its way.
pub fn mail(to: &Addressee<'_>, purchase: &Purchase) -> Mail {
    let number = &purchase.number;
    let (subject, headline, says, late) = match to.manner.language() {
        Language::English => (
            format!("Your order {number} has expired"),
            "Your order has expired",
            format!("No payment for the order {number} arrived in time: what we held for you is for sale again."),
            "If you have paid all the same, you lose nothing: either we still have everything and send it to you, or you \
             get all of your money back.",
        ),
        Language::German => (
            format!("Ihre Bestellung {number} ist verfallen"),
            "Ihre Bestellung ist verfallen",
            format!(
                "Für die Bestellung {number} ist rechtzeitig keine Zahlung eingegangen: Was wir für Sie \
                 zurückgehalten haben, wird wieder verkauft."
            ),
            "Falls Sie dennoch bezahlt haben, verlieren Sie nichts: Entweder haben wir noch alles und schicken es Ihnen, \
             oder Sie erhalten Ihr ganzes Geld zurück.",
        ),
    };
    Letter::to(to).headed(headline).says(says).lists(purchase.goods.clone()).says(late).mail(subject)
}
