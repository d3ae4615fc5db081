//! Parcels: where one is, as far as the carrier tells.

use holdfast_core::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a parcel is followed by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Tracking)]
pub struct Tracking {
    /// Who carries it: 1 to 40 characters.
    #[schema(example = "Swiss Post", max_length = 40)]
    pub carrier: String,
    /// The carrier's number of it: 1 to 64 visible ASCII characters.
    #[schema(example = "99.60.123456.78901234", max_length = 64)]
    pub number: String,
}

/// A parcel on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Shipment {
    /// What it is followed by, when that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking: Option<Tracking>,
    /// Where it is.
    pub state: ShipmentState,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

/// Where a parcel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ShipmentState {
    /// The carrier has it.
    HandedOver,
    /// It is on its way.
    InTransit,
    /// Its receiver has it.
    Delivered,
    /// It could not be delivered.
    Failed,
}

impl Tracking {
    const LONGEST_CARRIER: usize = 40;
    const LONGEST_NUMBER: usize = 64;

    /// Itself, if it is what it must be; else which field is wrong, and why.
    pub fn checked(self) -> Result<Self, (&'static str, String)> {
        let carrier = self.carrier.trim();
        let letters = carrier.chars().take(Self::LONGEST_CARRIER.saturating_add(1)).count();
        if !(1..=Self::LONGEST_CARRIER).contains(&letters) || carrier.chars().any(char::is_control) {
            return Err(("carrier", format!("must be one line of 1 to {} characters", Self::LONGEST_CARRIER)));
        }
        let number = &self.number;
        let fits = (1..=Self::LONGEST_NUMBER).contains(&number.len());
        if !fits || !number.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(("number", format!("must be 1 to {} visible ASCII characters", Self::LONGEST_NUMBER)));
        }
        Ok(Self { carrier: carrier.to_owned(), number: self.number })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tracking_has_limits() {
        let wrong = |carrier: &str, number: &str| {
            Tracking { carrier: carrier.to_owned(), number: number.to_owned() }.checked().err().map(|(field, _)| field)
        };
        assert_eq!(wrong("Post", "1"), None);
        assert_eq!(wrong(&"é".repeat(40), &"1".repeat(64)), None);
        assert_eq!(wrong(&"é".repeat(41), "1"), Some("carrier"));
        assert_eq!(wrong(" ", "1"), Some("carrier"));
        assert_eq!(wrong("Post", &"1".repeat(65)), Some("number"));
        assert_eq!(wrong("Post", "1 2"), Some("number"));
    }
}
