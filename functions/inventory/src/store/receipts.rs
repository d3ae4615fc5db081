//! Receipts: what a keyed request did, for whoever sends it again.

use holdfast_core::{ReceiptId, UserId};
use holdfast_dynamo::{Action, CommitError};
use holdfast_http::{Fingerprint, IdempotencyKey, Problem};
use serde::Serialize;
use serde_json::Value;

use super::items::{ReceiptItem, receipt_key};
use super::{Clerks, Inventory};

/// A keyed request that has not been done yet.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// Where it will lie.
    pub(crate) id: ReceiptId,
    fingerprint: Fingerprint,
}

/// What is known of a keyed request.
#[derive(Debug)]
pub(crate) enum Asked {
    /// It is new.
    New(Receipt),
    /// It was done, and answered so.
    Before(Value),
}

impl Clerks {
    /// What is known of a request under this key. A repeat with another body is 422.
    pub(crate) async fn asked(
        &self,
        operation: &str,
        caller: UserId,
        key: &IdempotencyKey,
        fingerprint: Fingerprint,
    ) -> Result<Asked, Problem> {
        let id = self.server_key.id(operation, &caller.to_string(), key);
        let receipt = Receipt { id, fingerprint };
        Ok(match self.inventory.receipt(&receipt).await? {
            Some(answer) => Asked::Before(answer),
            None => Asked::New(receipt),
        })
    }
}

impl Inventory {
    /// Writes what was answered, in the transaction that does it: a twin in flight loses there.
    pub(crate) fn remember(&self, receipt: &Receipt, answer: &impl Serialize) -> Action {
        let answer = serde_json::to_string(answer).unwrap_or_default();
        let item = ReceiptItem { id: receipt.id, fingerprint: receipt.fingerprint.clone(), answer };
        self.table.put(&item).if_absent()
    }

    /// What was answered, once it was.
    pub(crate) async fn receipt(&self, receipt: &Receipt) -> Result<Option<Value>, Problem> {
        let Some(item) = self.table.get::<ReceiptItem>(&receipt_key(receipt.id)).await? else { return Ok(None) };
        receipt.fingerprint.agrees_with(&item.fingerprint)?;
        Ok(Some(item.answer()))
    }

    /// Commits a keyed request whose receipt comes first among its actions. When a twin was faster, or the answer to our own
    /// try was lost, the receipt is there: it answers. Else the error says what stood against it.
    pub(crate) async fn once(
        &self,
        receipt: &Receipt,
        answer: &impl Serialize,
        actions: Vec<Action>,
    ) -> Result<Result<Value, CommitError>, Problem> {
        let transaction = self.table.transaction().and(self.remember(receipt, answer)).and_all(actions);
        match transaction.commit().await {
            Ok(()) => Ok(Ok(serde_json::to_value(answer).unwrap_or_default())),
            Err(error @ CommitError::Cancelled(_)) => Ok(self.receipt(receipt).await?.ok_or(error)),
            Err(CommitError::Store(error)) => Err(error.into()),
        }
    }
}
