//! What became of a row.

use serde::{Deserialize, Serialize};

use super::Column;
use super::reader::{LONGEST_ROW, MOST_CELLS};

/// Why a row cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowError {
    /// Over the limit.
    #[error("is longer than {LONGEST_ROW} bytes")]
    TooLong,
    /// Not UTF-8.
    #[error("is not UTF-8")]
    NotUtf8,
    /// A NUL, which no text has and some databases stumble over.
    #[error("has a NUL in it")]
    Nul,
    /// Another number of cells than the header has.
    #[error("has {found} cells, and the header has {expected}")]
    WrongCount {
        /// How many it has.
        found: usize,
        /// How many it must have.
        expected: usize,
    },
    /// More cells than any file has columns.
    #[error("has more than {MOST_CELLS} cells")]
    TooManyCells,
    /// Not a JSON object.
    #[error("is not a JSON object")]
    NotAnObject,
    /// A name that says nothing.
    #[error("names {0:?}, which is no column")]
    UnknownName(String),
    /// One cell is not what it must be.
    #[error("{}: {why}", column.name())]
    Cell {
        /// Which.
        column: Column,
        /// What it must be.
        why: String,
    },
}

/// What an import did with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The variant is new.
    Created,
    /// Something is otherwise than before.
    Changed,
    /// All of it was so already.
    Unchanged,
    /// Nothing was done.
    Refused,
}

/// A line of an import's report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowResult {
    /// Where the row begins, from 1, as an editor counts.
    pub line: u64,
    /// Which variant, where the row could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    /// What was done.
    pub outcome: Outcome,
    /// Why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl RowResult {
    /// A row that was done with.
    pub fn done(line: u64, sku: &holdfast_core::Sku, outcome: Outcome) -> Self {
        Self { line, sku: Some(sku.to_string()), outcome, reason: None }
    }

    /// A row that was refused.
    pub fn refused(line: u64, sku: Option<&holdfast_core::Sku>, reason: impl ToString) -> Self {
        let sku = sku.map(ToString::to_string);
        Self { line, sku, outcome: Outcome::Refused, reason: Some(reason.to_string()) }
    }

    /// As a line of the report, with its end.
    pub fn to_json_line(&self) -> String {
        // Texts and numbers: there is nothing in it that JSON cannot say.
        let mut line = serde_json::to_string(self).unwrap_or_default();
        line.push('\n');
        line
    }
}
