//! Holds: stock that is kept for somebody until a moment, and what becomes of it.

use std::time::Duration;

use holdfast_core::{Quantity, ReservationId, Sku, Timestamp, WarehouseId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::text::Note;

/// Stock that is kept for somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reservation {
    /// Which.
    pub id: ReservationId,
    /// What is held, and where; no article twice in one warehouse.
    pub lines: Vec<Take>,
    /// Who holds it.
    pub holder: Holder,
    /// What it is held for, in the words of whoever asked.
    pub reference: Note,
    /// Where it stands.
    pub status: Status,
    /// Since when.
    pub created_at: Timestamp,
    /// From when on it may expire.
    pub expires_at: Timestamp,
    /// Each step: at most two.
    pub history: Vec<Turn>,
}

/// What is held of an article in one warehouse.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Take {
    /// Of which article.
    #[schema(value_type = String)]
    pub sku: Sku,
    /// Where.
    #[schema(value_type = String)]
    pub warehouse_id: WarehouseId,
    /// How many.
    #[schema(value_type = u32)]
    pub quantity: Quantity,
}

/// Who holds something, and therefore says what ends together with the hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// Staff: nothing else ends with it.
    Desk,
    /// Another context, with something of its own.
    Another,
}

/// Where a reservation stands. Only an active one moves, and only once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schema(as = ReservationStatus)]
pub enum Status {
    /// The stock is held.
    Active,
    /// The stock is gone: it was sold.
    Committed,
    /// The stock is free again, because somebody gave it back.
    Released,
    /// The stock is free again, because nobody came for it.
    Expired,
}

/// How a reservation ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closing {
    /// By a sale.
    Commit,
    /// By whoever held it.
    Release,
    /// By the clock.
    Expire,
}

/// A step of a reservation's life.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// When.
    pub at: Timestamp,
    /// Who: a user's id; nobody where the shop itself did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// To where.
    pub to: Status,
}

/// Whether a reservation can expire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// Now.
    Due,
    /// Not before so many seconds, rounded up.
    In(i64),
    /// Never: it has ended.
    Over,
}

/// How long something is held: 1 to 60 minutes, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct HoldFor(u32);

/// Why a number is not such a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be from {} to {} seconds", HoldFor::LEAST, HoldFor::MOST)]
pub struct HoldForError;

impl HoldFor {
    /// The shortest: below it, a hold would end before its buyer has read of it.
    pub const LEAST: u32 = 60;
    /// The longest: above it, stock that nobody pays for is kept from those who would.
    pub const MOST: u32 = 3_600;

    /// As a duration.
    pub fn duration(self) -> Duration {
        Duration::from_secs(u64::from(self.0))
    }
}

impl Default for HoldFor {
    fn default() -> Self {
        Self(900)
    }
}

impl TryFrom<u32> for HoldFor {
    type Error = HoldForError;
    fn try_from(seconds: u32) -> Result<Self, HoldForError> {
        if (Self::LEAST..=Self::MOST).contains(&seconds) { Ok(Self(seconds)) } else { Err(HoldForError) }
    }
}

impl From<HoldFor> for u32 {
    fn from(time: HoldFor) -> u32 {
        time.0
    }
}

impl Closing {
    /// Where it leads.
    pub fn status(self) -> Status {
        match self {
            Self::Commit => Status::Committed,
            Self::Release => Status::Released,
            Self::Expire => Status::Expired,
        }
    }
}

impl Reservation {
    /// Whether it can expire at this moment.
    pub fn expiry(&self, now: Timestamp) -> Expiry {
        match self.status {
            Status::Active if self.expires_at <= now => Expiry::Due,
            Status::Active => {
                let left_ms = self.expires_at.as_millisecond().saturating_sub(now.as_millisecond());
                Expiry::In(left_ms.saturating_add(999).div_euclid(1_000).max(1))
            }
            Status::Committed | Status::Released | Status::Expired => Expiry::Over,
        }
    }

    /// Itself, sold as it begins.
    pub fn sold_at_once(mut self) -> Self {
        self.status = Status::Committed;
        self.history.iter_mut().for_each(|turn| turn.to = Status::Committed);
        self
    }

    /// Whether it holds anything of this article.
    pub fn holds(&self, sku: &Sku) -> bool {
        self.lines.iter().any(|line| line.sku == *sku)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use holdfast_core::Id;
    use proptest::prelude::*;

    fn reservation(status: Status, expires_at_ms: i64) -> Reservation {
        Reservation {
            id: ReservationId::from_bytes([1; 16]),
            lines: Vec::new(),
            holder: Holder::Desk,
            reference: "a call".to_owned().try_into().unwrap(),
            status,
            created_at: Timestamp::UNIX_EPOCH,
            expires_at: Timestamp::from_millisecond(expires_at_ms).unwrap(),
            history: Vec::new(),
        }
    }

    #[test]
    fn a_hold_is_of_1_to_60_minutes() {
        assert!([60, 3_600].into_iter().all(|seconds| HoldFor::try_from(seconds).is_ok()));
        assert!([0, 59, 3_601, u32::MAX].into_iter().all(|seconds| HoldFor::try_from(seconds).is_err()));
    }

    #[test]
    fn a_hold_expires_at_its_millisecond_and_not_before() {
        let now = |ms| Timestamp::from_millisecond(ms).unwrap();
        let active = reservation(Status::Active, 10_500);
        assert_eq!(active.expiry(now(10_499)), Expiry::In(1));
        assert_eq!(active.expiry(now(9_500)), Expiry::In(1));
        assert_eq!(active.expiry(now(9_499)), Expiry::In(2));
        assert_eq!(active.expiry(now(10_500)), Expiry::Due);
        for status in [Status::Committed, Status::Released, Status::Expired] {
            assert_eq!(reservation(status, 10_500).expiry(now(99_999)), Expiry::Over);
        }
    }

    proptest! {
        #[test]
        fn what_waits_so_long_is_due(expires_at_ms in 0_i64..4_000_000, now_ms in 0_i64..4_000_000) {
            let active = reservation(Status::Active, expires_at_ms);
            let now = Timestamp::from_millisecond(now_ms).unwrap();
            match active.expiry(now) {
                Expiry::Due => prop_assert!(now >= active.expires_at),
                Expiry::In(seconds) => {
                    prop_assert!(now < active.expires_at && seconds >= 1);
                    let then = Timestamp::from_millisecond(now_ms + seconds * 1_000).unwrap();
                    prop_assert_eq!(active.expiry(then), Expiry::Due);
                    let before = Timestamp::from_millisecond(now_ms + (seconds - 1) * 1_000).unwrap();
                    prop_assert_ne!(active.expiry(before), Expiry::Due);
                }
                Expiry::Over => prop_assert!(false),
            }
        }
    }
}
