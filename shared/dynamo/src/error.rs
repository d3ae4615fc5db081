//! What can come back instead of an answer.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_types::error::display::DisplayErrorContext;

use crate::item::Attributes;

/// Why a table did not answer. None of these is a client's fault, and none means "not found".
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Contention or throttling outlasted all retries: try again a little later.
    #[error("the table {table} is busy")]
    Busy {
        /// Which.
        table: String,
    },
    /// The call failed: the network, a missing grant, a missing table.
    #[error("the table {table} did not answer")]
    Failed {
        /// Which.
        table: String,
        /// What the SDK says, for operators.
        reason: String,
    },
    /// An item is not what it should be.
    #[error("an item {entity} of version {version} does not read")]
    Unreadable {
        /// Its kind.
        entity: &'static str,
        /// The version that it says it has.
        version: u32,
        /// What is wrong, for operators.
        reason: String,
    },
}

impl StoreError {
    /// What operators read: the details that `Display` keeps from clients.
    pub fn reason(&self) -> &str {
        match self {
            Self::Busy { .. } => "contention or throttling",
            Self::Failed { reason, .. } | Self::Unreadable { reason, .. } => reason,
        }
    }

    pub(crate) fn of<E, R>(table: &str, error: &SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
        R: std::fmt::Debug,
    {
        let table = table.to_owned();
        if error.code().is_some_and(is_contention) {
            Self::Busy { table }
        } else {
            Self::Failed { table, reason: DisplayErrorContext(error).to_string() }
        }
    }
}

/// Codes that say "not now", and nothing about the request itself.
pub(crate) fn is_contention(code: &str) -> bool {
    matches!(
        code,
        "ProvisionedThroughputExceededException"
            | "ProvisionedThroughputExceeded"
            | "RequestLimitExceeded"
            | "ThrottlingError"
            | "ThrottlingException"
            | "TransactionConflict"
            | "TransactionConflictException"
            | "TransactionInProgressException"
    )
}

/// Why an action of a transaction was cancelled. It prints without the item, which may be somebody's address.
#[derive(Clone, PartialEq)]
pub enum Reason {
    /// It was not: another one was.
    Fine,
    /// Its condition does not hold; the item as it stands, if there is one.
    Condition(Option<Attributes>),
    /// Contention: another transaction, or too much traffic.
    Contention,
    /// The item, or its collection, would be too large; or the request is not one. A defect of ours.
    Invalid(String),
}

impl std::fmt::Debug for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Fine => f.write_str("Fine"),
            Self::Condition(Some(_)) => f.write_str("Condition(of an item)"),
            Self::Condition(None) => f.write_str("Condition(of no item)"),
            Self::Contention => f.write_str("Contention"),
            Self::Invalid(reason) => write!(f, "Invalid({reason})"),
        }
    }
}

/// Why a commit changed nothing.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// At least one condition does not hold: a reason for each action, in their order.
    #[error("a condition does not hold")]
    Cancelled(Vec<Reason>),
    /// The table did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl CommitError {
    /// Whether the condition of the action at `index` failed.
    pub fn failed_at(&self, index: usize) -> bool {
        match self {
            Self::Cancelled(reasons) => matches!(reasons.get(index), Some(Reason::Condition(_))),
            Self::Store(_) => false,
        }
    }

    /// Whether a condition failed: somebody else was faster.
    pub fn lost(&self) -> bool {
        match self {
            Self::Cancelled(_) => true,
            Self::Store(_) => false,
        }
    }

    /// The [`StoreError`], where a failed condition is no possible answer (or none that means anything).
    pub fn unexpected(self, table: &str) -> StoreError {
        match self {
            Self::Store(error) => error,
            // The caller's condition was lost to a concurrent change: asking again sees the new state.
            Self::Cancelled(_) => StoreError::Busy { table: table.to_owned() },
        }
    }
}
