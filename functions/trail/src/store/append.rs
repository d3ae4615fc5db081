//! Appending: one transaction, so that no two records stand behind the same one.

use std::time::Duration;

use holdfast_core::Envelope;
use holdfast_dynamo::{CommitError, StoreError};

use super::Trail;
use super::items::{EntryItem, HeadItem, head_key};
use crate::domain::{Entry, Record};

/// Rounds of reading the head and appending behind it: each is lost to another's success.
const ROUNDS: u32 = 20;
/// The longest pause before another round.
const LONGEST_PAUSE: Duration = Duration::from_millis(40);

impl Trail {
    /// Appends the record of an event to its subject's chain, unless it is there already; an event that nobody set off has none.
    pub(crate) async fn append(&self, envelope: &Envelope) -> Result<(), StoreError> {
        for round in 0..ROUNDS {
            if round > 0 {
                self.ambient.sleep(self.ambient.jitter(LONGEST_PAUSE)).await;
            }
            let head: Option<HeadItem> = self.table.get(&head_key(&envelope.event.subject)).await?;
            let head = head.map(|item| item.head);
            let Some(record) = Record::of(envelope, head.as_ref()) else { return Ok(()) };
            let entry = Entry::new(record);
            let moved = self.table.put(&HeadItem { head: entry.head(), moved_at: self.ambient.now() });
            let moved = match &head {
                None => moved.if_absent(),
                Some(head) => moved.when("#hash = :hash").value(":hash", &head.hash),
            };
            let written = self.table.put(&EntryItem { entry }).if_absent();
            match self.table.transaction().and(written).and(moved).commit().await {
                Ok(()) => return Ok(()),
                // It is there: from an earlier delivery, or from this one, whose answer was lost.
                Err(error) if error.failed_at(0) => return Ok(()),
                // Another was appended meanwhile: this one comes behind it.
                Err(CommitError::Cancelled(_)) => {}
                Err(CommitError::Store(error)) => return Err(error),
            }
        }
        Err(StoreError::Busy { table: self.table.name().to_owned() })
    }
}
