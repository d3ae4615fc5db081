//! The bus: what it takes, what it wants again, and what it will never take.

use std::time::Duration;

use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::types::PutEventsResultEntry;
use aws_smithy_types::error::display::DisplayErrorContext;
use holdfast_core::Ambient;
use holdfast_runtime::{Init, InitError};

use crate::entry::Entry;

/// Tries of one batch, the first among them. After them the stream tries again, and again.
const ATTEMPTS: u32 = 5;
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// An event bus.
#[derive(Clone, Debug)]
pub(crate) struct Bus {
    client: Client,
    name: String,
    ambient: Ambient,
}

/// What the bus made of a batch.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Outcome {
    /// Not taken yet, though it may be.
    pub(crate) left: Vec<Entry>,
    /// Never to be taken: the bus does not think them events.
    pub(crate) refused: Vec<Entry>,
    /// Why, in the bus's words.
    pub(crate) reason: String,
}

impl Bus {
    /// The bus that the environment names in `EVENT_BUS`.
    pub(crate) fn new(init: &Init) -> Result<Self, InitError> {
        let name = init.env.text("EVENT_BUS")?.to_owned();
        Ok(Self { client: init.aws.eventbridge(), name, ambient: init.ambient.clone() })
    }

    /// Puts a batch on the bus: a call can succeed and still have taken only some of it, so that only the
    /// rest is put again.
    pub(crate) async fn put(&self, batch: Vec<Entry>) -> Outcome {
        let mut outcome = Outcome { left: batch, ..Outcome::default() };
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                self.ambient.sleep(self.ambient.jitter(FIRST_PAUSE * 2_u32.saturating_pow(attempt))).await;
            }
            let requests = outcome.left.iter().map(|entry| entry.request(&self.name)).collect();
            match self.client.put_events().set_entries(Some(requests)).send().await {
                Ok(answer) => outcome.learn(answer.entries.unwrap_or_default()),
                Err(error) => outcome.reason = DisplayErrorContext(error).to_string(),
            }
            if outcome.left.is_empty() {
                break;
            }
        }
        outcome
    }
}

impl Outcome {
    /// Keeps what is not on the bus. The answer has a result for each entry, in their order; an entry
    /// without one is not known to be taken.
    fn learn(&mut self, results: Vec<PutEventsResultEntry>) {
        let mut results = results.into_iter();
        for entry in std::mem::take(&mut self.left) {
            let Some(result) = results.next() else {
                self.left.push(entry);
                continue;
            };
            match result.error_code() {
                None => {}
                Some(code) => {
                    self.reason = code.to_owned();
                    if is_final(code) { self.refused.push(entry) } else { self.left.push(entry) }
                }
            }
        }
    }
}

/// Codes that are about the entry itself. All others are about the moment or about a grant, which somebody will mend.
fn is_final(code: &str) -> bool {
    matches!(code, "MalformedDetail" | "InvalidArgument")
}

#[cfg(test)]
mod tests {
    use holdfast_core::{Envelope, StoredEvent, Timestamp};

    use super::*;

    fn entry(at: usize) -> Entry {
        let event = StoredEvent {
            id: "evt_00000000000000000000000001".parse().unwrap(),
            kind: "accounts.user-registered.v1".to_owned(),
            time: Timestamp::UNIX_EPOCH,
            subject: "usr_00000000000000000000000001".to_owned(),
            causation: Default::default(),
            data: Default::default(),
        };
        Entry::new(at, Envelope { source: "holdfast.accounts".to_owned(), sequence: 1, event }).unwrap()
    }

    fn result(code: Option<&str>) -> PutEventsResultEntry {
        PutEventsResultEntry::builder().set_error_code(code.map(str::to_owned)).build()
    }

    #[test]
    fn only_what_failed_is_kept_and_sorted_by_whether_it_can_ever_succeed() {
        let mut outcome = Outcome { left: [1, 2, 3, 4, 5].map(entry).into(), ..Outcome::default() };
        let codes = [None, Some("ThrottlingException"), Some("MalformedDetail"), Some("NotAuthorized")];
        outcome.learn(codes.map(result).into());
        // The fifth got no result: it may not have been taken.
        assert_eq!(outcome.left, [2, 4, 5].map(entry));
        assert_eq!(outcome.refused, [3].map(entry));
        assert_eq!(outcome.reason, "NotAuthorized");
        outcome.learn(vec![result(None), result(None), result(None)]);
        assert_eq!((outcome.left, outcome.refused), (vec![], [3].map(entry).into()));
    }
}
