//! Movements: every change of a stock, with what it left behind.

use holdfast_core::{Sku, Timestamp, WarehouseId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What kind of change a movement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// The article came into the warehouse for the first time.
    Created,
    /// Staff corrected the number.
    Adjusted,
    /// The warehouse counted.
    Counted,
    /// It came from another warehouse, or went there.
    Transferred,
    /// It was held for somebody.
    Held,
    /// What was held was sold.
    Committed,
    /// What was held was given back.
    Released,
    /// What was held was not fetched in time.
    Expired,
    /// What was sold came back.
    Returned,
}

/// What lies somewhere: what can be taken, and what is held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    /// What can be taken.
    pub available: u32,
    /// What is held.
    pub reserved: u32,
}

/// A change of a stock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// Of which article.
    pub sku: Sku,
    /// Where.
    pub warehouse_id: WarehouseId,
    /// The stock's how-manieth, without gaps.
    pub sequence: u64,
    /// What kind.
    pub kind: Kind,
    /// By how much what can be taken changed.
    pub available_by: i64,
    /// By how much what is held changed.
    pub reserved_by: i64,
    /// What it left.
    pub after: Balance,
    /// The reason or the reservation.
    pub reference: String,
    /// Who: a user's id; nobody where the shop itself did.
    pub actor: Option<String>,
    /// When.
    pub at: Timestamp,
}

impl Balance {
    /// All that lies there.
    pub fn on_hand(self) -> u32 {
        self.available.saturating_add(self.reserved)
    }

    /// By how much this differs from what was before: of what can be taken, and of what is held.
    pub fn since(self, before: Self) -> (i64, i64) {
        let by = |after: u32, before: u32| i64::from(after).saturating_sub(i64::from(before));
        (by(self.available, before.available), by(self.reserved, before.reserved))
    }
}

impl Movement {
    /// How many moved: what came in or went out, or else what was held or set free.
    pub fn quantity(&self) -> i64 {
        match self.kind {
            Kind::Created | Kind::Adjusted | Kind::Counted | Kind::Transferred | Kind::Returned => self.available_by,
            // What was held goes, or what nobody held any more.
            Kind::Committed => self.reserved_by.saturating_add(self.available_by),
            Kind::Held | Kind::Released | Kind::Expired => self.reserved_by.saturating_abs(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_balance_knows_what_changed() {
        let (before, after) = (Balance { available: 7, reserved: 0 }, Balance { available: 4, reserved: 3 });
        assert_eq!((after.since(before), before.since(after)), ((-3, 3), (3, -3)));
        assert_eq!((before.on_hand(), after.on_hand()), (7, 7));
    }
}
