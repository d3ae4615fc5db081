//! Numbers of pieces.

use std::fmt;

use holdfast_core::Quantity;
use serde::{Deserialize, Serialize};

/// How many lie somewhere: 0 to [`Count::MOST`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Count(u32);

/// Why a number is not a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be from 0 to {}", Count::MOST)]
pub struct CountError;

/// By how much a count changes: from -[`Count::MOST`] to [`Count::MOST`], and not nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Delta(i64);

/// Why a number is not a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be from -{most} to {most}, and not 0", most = Count::MOST)]
pub struct DeltaError;

impl Count {
    /// The most that one place holds, reserved ones included: what a quantity can be, so that sums never overflow.
    pub const MOST: u32 = Quantity::MOST;

    /// The number.
    pub fn get(self) -> u32 {
        self.0
    }
}

impl TryFrom<u32> for Count {
    type Error = CountError;
    fn try_from(count: u32) -> Result<Self, CountError> {
        if count <= Self::MOST { Ok(Self(count)) } else { Err(CountError) }
    }
}

impl From<Count> for u32 {
    fn from(count: Count) -> u32 {
        count.0
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Delta {
    /// The number.
    pub fn get(self) -> i64 {
        self.0
    }
}

impl TryFrom<i64> for Delta {
    type Error = DeltaError;
    fn try_from(delta: i64) -> Result<Self, DeltaError> {
        if delta != 0 && delta.unsigned_abs() <= u64::from(Count::MOST) { Ok(Self(delta)) } else { Err(DeltaError) }
    }
}

impl From<Delta> for i64 {
    fn from(delta: Delta) -> i64 {
        delta.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_has_a_most_and_may_be_nothing() {
        assert!(Count::try_from(0).is_ok() && Count::try_from(Count::MOST).is_ok());
        assert!(Count::try_from(Count::MOST + 1).is_err());
    }

    #[test]
    fn a_change_has_a_most_and_is_something() {
        let most = i64::from(Count::MOST);
        assert!([1, -1, most, -most].into_iter().all(|delta| Delta::try_from(delta).is_ok()));
        assert!([0, most + 1, -most - 1, i64::MIN, i64::MAX].into_iter().all(|delta| Delta::try_from(delta).is_err()));
    }
}
