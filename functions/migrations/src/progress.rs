//! How far a migration is: an item beside those that it changes.

use holdfast_core::Timestamp;
use holdfast_dynamo::{Item, Key, Way};
use serde::{Deserialize, Serialize};

/// Where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// Not at its end: order it again.
    Running,
    /// Every item is of the version that was asked for.
    Done,
}

/// How far a migration is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Which.
    pub migration: String,
    /// Which way it goes.
    pub way: Way,
    /// Where it is.
    pub status: Status,
    /// After which item to go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Key>,
    /// Items that were changed, this way.
    pub changed: u64,
    /// Items of this pass that somebody else changed first: there is another pass while there are any.
    pub missed: u64,
    /// Pages that were looked at, in all passes.
    pub pages: u64,
    /// Since when it goes this way.
    pub started_at: Timestamp,
    /// When it was noted last.
    pub updated_at: Timestamp,
    /// Counts the notes: of two that run at once, one is told.
    pub version: u64,
}

impl Progress {
    /// At the beginning.
    pub fn new(migration: &str, way: Way, now: Timestamp) -> Self {
        Self {
            migration: migration.to_owned(),
            way,
            status: Status::Running,
            after: None,
            changed: 0,
            missed: 0,
            pages: 0,
            started_at: now,
            updated_at: now,
            version: 0,
        }
    }
}

/// Where it lies.
pub(crate) fn key(migration: &str) -> Key {
    Key::new("MIGRATIONS", migration)
}

impl Item for Progress {
    const ENTITY: &'static str = "migration";
    fn key(&self) -> Key {
        key(&self.migration)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_lies_beside_what_it_changes() {
        let progress = Progress::new("people-2", Way::Forward, Timestamp::UNIX_EPOCH);
        assert_eq!(progress.key(), Key::new("MIGRATIONS", "people-2"));
    }
}
