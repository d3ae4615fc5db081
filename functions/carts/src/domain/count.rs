//! How many of an article are in a cart.

use holdfast_core::Quantity;
use serde::{Deserialize, Serialize};

/// A number of pieces: 1 to [`Count::MOST`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Count(u32);

/// Why a number is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be from 1 to {}, the most of one article in a cart", Count::MOST)]
pub struct CountError;

impl Count {
    /// The most of one article: more is a trader's, who writes to the shop.
    pub const MOST: u32 = 999;

    /// The number.
    pub fn get(self) -> u32 {
        self.0
    }

    /// This and that, if both fit.
    pub fn plus(self, other: Self) -> Result<Self, CountError> {
        self.0.saturating_add(other.0).try_into()
    }

    /// This and that, as far as they fit.
    pub fn up_to(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0).min(Self::MOST))
    }

    /// As inventory counts.
    pub fn quantity(self) -> Option<Quantity> {
        Quantity::try_from(self.0).ok()
    }
}

impl TryFrom<u32> for Count {
    type Error = CountError;
    fn try_from(count: u32) -> Result<Self, CountError> {
        if (1..=Self::MOST).contains(&count) { Ok(Self(count)) } else { Err(CountError) }
    }
}

impl From<Count> for u32 {
    fn from(count: Count) -> u32 {
        count.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_has_a_least_and_a_most() {
        let count = |count: u32| Count::try_from(count);
        assert!(count(0).is_err() && count(1).is_ok() && count(999).is_ok() && count(1_000).is_err());
        assert_eq!(count(998).unwrap().plus(count(1).unwrap()).unwrap().get(), 999);
        assert_eq!(count(999).unwrap().plus(count(1).unwrap()), Err(CountError));
        assert_eq!(count(999).unwrap().up_to(count(999).unwrap()).get(), 999);
    }
}
