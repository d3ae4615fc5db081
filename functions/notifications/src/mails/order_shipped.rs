//! To somebody whose parcel is on its way.

use holdfast_orders::domain::Tracking;

use super::purchase::Purchase;
use crate::letter::{Addressee, Letter, Mail};
use crate::manner::Language;

/// With what the parcel is followed by, where that is known.
pub fn mail(to: &Addressee<'_>, purchase: &Purchase, tracking: Option<&Tracking>) -> Mail {
    let number = &purchase.number;
    let (subject, headline, says, [carrier, parcel], goes_to, offers) = match to.manner.language() {
        Language::English => (
            format!("Your order {number} is on its way"),
            "Your order is on its way",
            format!("We have handed over your order {number} to the carrier."),
            ["Carrier", "Parcel number"],
            "It goes to",
            "See your order",
        ),
        Language::German => (
            format!("Ihre Bestellung {number} ist unterwegs"),
            "Ihre Bestellung ist unterwegs",
            format!("Wir haben Ihre Bestellung {number} dem Zusteller übergeben."),
            ["Zusteller", "Sendungsnummer"],
            "Lieferadresse",
            "Bestellung ansehen",
        ),
    };
    let letter = Letter::to(to).headed(headline).says(says);
    let letter = match tracking {
        Some(tracking) => letter.states(vec![(carrier, tracking.carrier.clone()), (parcel, tracking.number.clone())]),
        None => letter,
    };
    letter
        .lists(purchase.goods.clone())
        .quotes(goes_to, purchase.ships_to.clone())
        .offers(offers, &purchase.page)
        .mail(subject)
}
