//! Where stock lies.

use std::fmt;

use holdfast_core::{Timestamp, WarehouseId};
use serde::{Deserialize, Serialize};

/// A warehouse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warehouse {
    /// Which.
    pub id: WarehouseId,
    /// What it is called.
    pub name: WarehouseName,
    /// Which is taken from first.
    pub priority: Priority,
    /// Counts its changes: the ETag, and the sequence of its events.
    pub version: u64,
    /// Since when it is there.
    pub created_at: Timestamp,
}

impl Warehouse {
    /// The most that a shop has: every one is looked at for every line.
    pub const MOST: usize = 10;
}

/// What a warehouse is called: 1 to 100 characters in one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WarehouseName(String);

/// Why a text is not a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be one line of 1 to {} characters, without spaces around", WarehouseName::LONGEST)]
pub struct WarehouseNameError;

impl WarehouseName {
    /// The longest, in characters: what fits a list on a screen.
    pub const LONGEST: usize = 100;
}

impl TryFrom<String> for WarehouseName {
    type Error = WarehouseNameError;
    fn try_from(text: String) -> Result<Self, WarehouseNameError> {
        let fits = (1..=Self::LONGEST).contains(&text.chars().count()) && text.trim() == text;
        if fits && !text.chars().any(char::is_control) { Ok(Self(text)) } else { Err(WarehouseNameError) }
    }
}

impl From<WarehouseName> for String {
    fn from(name: WarehouseName) -> String {
        name.0
    }
}

impl fmt::Display for WarehouseName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A place in the order in which warehouses are taken from: the lowest first, 0 to [`Priority::LAST`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Priority(u32);

/// Why a number is not a priority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be from 0 to {}", Priority::LAST)]
pub struct PriorityError;

impl Priority {
    /// The last place: room to put one between any two.
    pub const LAST: u32 = 1_000;
}

impl TryFrom<u32> for Priority {
    type Error = PriorityError;
    fn try_from(place: u32) -> Result<Self, PriorityError> {
        if place <= Self::LAST { Ok(Self(place)) } else { Err(PriorityError) }
    }
}

impl From<Priority> for u32 {
    fn from(priority: Priority) -> u32 {
        priority.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_line_and_a_priority_has_a_last_place() {
        let name = |text: &str| WarehouseName::try_from(text.to_owned()).is_ok();
        assert!(name("Zürich 1") && name(&"é".repeat(100)));
        assert!(!name("") && !name(&"é".repeat(101)) && !name(" x") && !name("a\nb"));
        assert!(Priority::try_from(1_000).is_ok() && Priority::try_from(1_001).is_err());
    }
}
