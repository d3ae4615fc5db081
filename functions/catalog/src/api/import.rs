//! How imports are shown, and what is asked for with them.

use holdfast_core::{ImportId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{Counts, Import, State};
use crate::rows::Format;

/// How a file's rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum FileType {
    /// A header, and a line for each variant.
    #[serde(rename = "text/csv")]
    Csv,
    /// A JSON object a line.
    #[serde(rename = "application/x-ndjson")]
    JsonLines,
}

impl FileType {
    /// As S3 is told.
    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv",
            Self::JsonLines => "application/x-ndjson",
        }
    }
}

impl From<FileType> for Format {
    fn from(file: FileType) -> Self {
        match file {
            FileType::Csv => Self::Csv,
            FileType::JsonLines => Self::JsonLines,
        }
    }
}

impl From<Format> for FileType {
    fn from(format: Format) -> Self {
        match format {
            Format::Csv => Self::Csv,
            Format::JsonLines => Self::JsonLines,
        }
    }
}

/// Where an import stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ImportStatus {
    /// Its file is waited for.
    Waiting,
    /// Its rows are read.
    Running,
    /// Every row has a result.
    Done,
    /// It cannot be read at all: `reason` says why.
    Failed,
}

/// An import.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportView {
    /// Its id.
    #[schema(value_type = String, example = "imp_01kdvdna0023hc8t35x63mc56q")]
    id: ImportId,
    /// Where it stands.
    status: ImportStatus,
    /// Why it cannot be read at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// How its rows are written.
    content_type: FileType,
    /// What became of the rows so far.
    counts: Counts,
    /// Where the rows' results can be fetched, in their order, for an hour: a JSON object a line.
    reports: Vec<String>,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl ImportView {
    /// With its reports' addresses.
    pub(crate) fn of(import: &Import, reports: Vec<String>) -> Self {
        let (status, reason) = match &import.state {
            State::Waiting => (ImportStatus::Waiting, None),
            State::Running => (ImportStatus::Running, None),
            State::Done => (ImportStatus::Done, None),
            State::Failed { reason } => (ImportStatus::Failed, Some(reason.clone())),
        };
        Self {
            id: import.id,
            status,
            reason,
            content_type: import.format.into(),
            counts: import.counts,
            reports,
            created_at: import.created_at,
        }
    }
}
