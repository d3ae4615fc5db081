//! Imports: files that are announced, uploaded, and read row by row, in as many runs as it takes.

use holdfast_core::{ImportId, RequestId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rows::{Cursor, Format, Outcome};

/// A file of products.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Import {
    /// Which.
    pub id: ImportId,
    /// Counts its steps: whoever counts it up did the step.
    pub version: u64,
    /// Who asked for it.
    pub by: UserId,
    /// How its rows are written.
    pub format: Format,
    /// Where it stands.
    pub state: State,
    /// What became of the rows so far.
    pub counts: Counts,
    /// Where the next step goes on; at the beginning when there has been none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Cursor>,
    /// The reports so far, each named by the offset at which its rows begin.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reports: Vec<u64>,
    /// The run that has it to itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken: Option<Taken>,
    /// Since when.
    pub created_at: Timestamp,
}

/// A run has an import to itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// Which run: no two leave the same behind.
    pub by: RequestId,
    /// Until when, should it never end.
    pub until: Timestamp,
}

/// Where an import stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// Its file is waited for.
    Waiting,
    /// Its rows are read.
    Running,
    /// Every row has a result.
    Done,
    /// It cannot be read at all.
    Failed {
        /// Why.
        reason: String,
    },
}

/// What became of an import's rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Counts {
    /// Variants that are new.
    pub created: u64,
    /// Variants or products that say something else than before.
    pub changed: u64,
    /// Rows that said what was there.
    pub unchanged: u64,
    /// Rows that were refused.
    pub refused: u64,
}

impl Counts {
    /// One more.
    pub fn add(&mut self, outcome: Outcome) {
        let count = match outcome {
            Outcome::Created => &mut self.created,
            Outcome::Changed => &mut self.changed,
            Outcome::Unchanged => &mut self.unchanged,
            Outcome::Refused => &mut self.refused,
        };
        *count = count.saturating_add(1);
    }
}

impl Import {
    /// The largest file, in bytes: about half a million rows.
    pub const LARGEST: u64 = 100_000_000;

    /// Whether there is nothing left to do.
    pub fn is_over(&self) -> bool {
        match self.state {
            State::Waiting | State::Running => false,
            State::Done | State::Failed { .. } => true,
        }
    }
}
