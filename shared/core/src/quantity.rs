//! How many, and of which article.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A number of pieces: 1 to [`Quantity::MOST`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Quantity(u32);

/// Why a number is not a quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be from 1 to {}", Quantity::MOST)]
pub struct QuantityError;

impl Quantity {
    /// The most pieces that one item counts: a hundred million, far from where sums of them overflow.
    pub const MOST: u32 = 100_000_000;

    /// The number.
    pub fn get(self) -> u32 {
        self.0
    }
}

impl TryFrom<u32> for Quantity {
    type Error = QuantityError;
    fn try_from(count: u32) -> Result<Self, QuantityError> {
        if (1..=Self::MOST).contains(&count) { Ok(Self(count)) } else { Err(QuantityError) }
    }
}

impl From<Quantity> for u32 {
    fn from(quantity: Quantity) -> u32 {
        quantity.0
    }
}

/// A stock-keeping unit: 1 to 64 of `A-Z a-z 0-9 . _ -`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sku(String);

/// Why a text is not a SKU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to {} of the characters A-Z a-z 0-9 . _ -", Sku::LONGEST)]
pub struct SkuError;

impl Sku {
    /// The longest, in characters: it stands in keys and in URLs.
    pub const LONGEST: usize = 64;

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Sku {
    type Error = SkuError;
    fn try_from(text: String) -> Result<Self, SkuError> {
        let fits = (1..=Self::LONGEST).contains(&text.len());
        if fits && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)) {
            Ok(Self(text))
        } else {
            Err(SkuError)
        }
    }
}

impl FromStr for Sku {
    type Err = SkuError;
    fn from_str(text: &str) -> Result<Self, SkuError> {
        text.to_owned().try_into()
    }
}

impl From<Sku> for String {
    fn from(sku: Sku) -> String {
        sku.0
    }
}

impl fmt::Display for Sku {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_has_a_least_and_a_most() {
        assert!(Quantity::try_from(0).is_err() && Quantity::try_from(1).is_ok());
        assert!(Quantity::try_from(Quantity::MOST).is_ok() && Quantity::try_from(Quantity::MOST + 1).is_err());
    }

    #[test]
    fn a_sku_is_short_and_plain() {
        assert!("TSHIRT-red.XL_2".parse::<Sku>().is_ok());
        assert!("a".repeat(64).parse::<Sku>().is_ok() && "a".repeat(65).parse::<Sku>().is_err());
        for refused in ["", "a b", "a/b", "a#b", "é"] {
            assert!(refused.parse::<Sku>().is_err(), "{refused:?}");
        }
    }
}
