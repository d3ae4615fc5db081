//! To somebody whose parcel has arrived.

use super::purchase::Purchase;
use crate::letter::{Addressee, Letter, Mail};
use crate::manner::Language;

/// With what to do when something is wrong with it.
pub fn mail(to: &Addressee<'_>, purchase: &Purchase) -> Mail {
    let number = &purchase.number;
    let (subject, headline, says, wrong, offers) = match to.manner.language() {
        Language::English => (
            format!("Your order {number} has arrived"),
            "Your order has arrived",
            format!("The carrier has delivered your order {number}. We hope that you like it."),
            "Is something missing, broken or not as it should be? Ask for a return on the page of your order:",
            "See your order",
        ),
        Language::German => (
            format!("Ihre Bestellung {number} ist angekommen"),
            "Ihre Bestellung ist angekommen",
            format!("Ihre Bestellung {number} wurde zugestellt. Wir wünschen Ihnen viel Freude damit."),
            "Fehlt etwas, ist etwas beschädigt oder nicht so, wie es sein soll? Melden Sie auf der Seite Ihrer \
             Bestellung eine Rücksendung an:",
            "Bestellung ansehen",
        ),
    };
    Letter::to(to)
        .headed(headline)
        .says(says)
        .lists(purchase.goods.clone())
        .says(wrong)
        .offers(offers, &purchase.page)
        .mail(subject)
}
