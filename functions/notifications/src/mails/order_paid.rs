//! To somebody whose payment has come.

use super::purchase::Purchase;
use crate::letter::{Addressee, Letter, Mail};
use crate::manner::Language;

/// With all of the order. It may have been late, and taken up again.
pub fn mail(to: &Addressee<'_>, purchase: &Purchase, paid: &str, late: bool) -> Mail {
    let number = &purchase.number;
    let (subject, headline, says, goes_to, offers) = match to.manner.language() {
        Language::English => (
            format!("Your order {number} is paid"),
            "Your payment has arrived",
            if late {
                format!(
                    "Your payment of {paid} for the order {number} came after its time. There was still enough of \
                     everything, so that we have taken your order up again and will send everything soon."
                )
            } else {
                format!(
                    "We have received your payment of {paid} for the order {number}, and will send everything soon."
                )
            },
            "It goes to",
            "See your order",
        ),
        Language::German => (
            format!("Ihre Bestellung {number} ist bezahlt"),
            "Ihre Zahlung ist angekommen",
            if late {
                format!(
                    "Ihre Zahlung von {paid} für die Bestellung {number} kam nach Ablauf der Frist. Es war noch \
                     genug von allem da: Wir haben Ihre Bestellung wieder aufgenommen und versenden bald alles."
                )
            } else {
                format!(
                    "Wir haben Ihre Zahlung von {paid} für die Bestellung {number} erhalten und versenden bald alles."
                )
            },
            "Lieferadresse",
            "Bestellung ansehen",
        ),
    };
    Letter::to(to)
        .headed(headline)
        .says(says)
        .lists(purchase.goods.clone())
        .adds_up(purchase.sums.clone())
        .quotes(goes_to, purchase.ships_to.clone())
        .offers(offers, &purchase.page)
        .mail(subject)
}
