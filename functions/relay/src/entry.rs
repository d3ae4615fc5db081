//! An event as the bus takes it, and how many of them it takes at once.

use aws_sdk_eventbridge::primitives::DateTime;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use holdfast_core::{Envelope, EventId};
use holdfast_runtime::TraceContext;

/// PutEvents' own limit.
const MOST_ENTRIES: usize = 10;
/// 256 KB, for an entry as well as for a call: what every region takes, though some take more by now. Ours are about one.
const MOST_BYTES: usize = 256 * 1024;

/// An event on its way to the bus.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    /// The place of its record in the stream's batch.
    pub(crate) at: usize,
    /// Its id.
    pub(crate) event: EventId,
    /// What happened.
    pub(crate) kind: String,
    /// The trace that led to it.
    pub(crate) trace: Option<TraceContext>,
    time: DateTime,
    source: String,
    detail: String,
}

impl Entry {
    /// The event of the record `at`; nothing when the bus could not take it.
    pub(crate) fn new(at: usize, envelope: Envelope) -> Option<Self> {
        let detail = serde_json::to_string(&envelope).ok()?;
        let Envelope { source, event, .. } = envelope;
        let time = DateTime::from_secs(event.time.as_second());
        let trace = event.causation.traceparent.as_deref().and_then(|trace| trace.parse().ok());
        let entry = Self { at, event: event.id, kind: event.kind, trace, time, source, detail };
        (entry.bytes() <= MOST_BYTES).then_some(entry)
    }

    /// As EventBridge counts them: 14 for the time.
    fn bytes(&self) -> usize {
        14 + self.kind.len() + self.source.len() + self.detail.len()
    }

    pub(crate) fn request(&self, bus: &str) -> PutEventsRequestEntry {
        PutEventsRequestEntry::builder()
            .event_bus_name(bus)
            .source(&self.source)
            .detail_type(&self.kind)
            .time(self.time)
            .detail(&self.detail)
            .build()
    }
}

/// The entries in their order, as many in a batch as a call takes.
pub(crate) fn batches(entries: Vec<Entry>) -> Vec<Vec<Entry>> {
    let mut batches: Vec<Vec<Entry>> = Vec::new();
    let mut bytes = 0;
    for entry in entries {
        bytes += entry.bytes();
        match batches.last_mut() {
            Some(batch) if batch.len() < MOST_ENTRIES && bytes <= MOST_BYTES => batch.push(entry),
            _ => {
                bytes = entry.bytes();
                batches.push(vec![entry]);
            }
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use holdfast_core::{StoredEvent, Timestamp};
    use serde_json::{Value, json};

    use super::*;

    fn envelope(bytes: usize) -> Envelope {
        let event = StoredEvent {
            id: "evt_00000000000000000000000001".parse().unwrap(),
            kind: "accounts.user-registered.v1".to_owned(),
            time: Timestamp::UNIX_EPOCH,
            subject: "usr_00000000000000000000000001".to_owned(),
            causation: Default::default(),
            data: json!({"filler": "x".repeat(bytes)}),
        };
        Envelope { source: "holdfast.accounts".to_owned(), sequence: 1, event }
    }

    fn entry(at: usize, bytes: usize) -> Entry {
        Entry::new(at, envelope(bytes)).unwrap()
    }

    #[test]
    fn an_entry_carries_the_whole_envelope() {
        let request = entry(1, 1).request("bus");
        assert_eq!(request.event_bus_name(), Some("bus"));
        assert_eq!(request.source(), Some("holdfast.accounts"));
        assert_eq!(request.detail_type(), Some("accounts.user-registered.v1"));
        let detail: Value = serde_json::from_str(request.detail().unwrap()).unwrap();
        assert_eq!(
            (&detail["source"], &detail["type"]),
            (&json!("holdfast.accounts"), &json!("accounts.user-registered.v1"))
        );
        assert_eq!(detail["subject"], "usr_00000000000000000000000001");
    }

    #[test]
    fn an_entry_may_be_as_large_as_a_call_and_not_a_byte_larger() {
        let spare = MOST_BYTES - entry(1, 0).bytes();
        assert_eq!(entry(1, spare).bytes(), MOST_BYTES);
        assert_eq!(Entry::new(1, envelope(spare + 1)), None);
    }

    #[test]
    fn a_batch_holds_ten_and_256_kb_in_order() {
        let places = |batches: Vec<Vec<Entry>>| -> Vec<Vec<usize>> {
            batches.into_iter().map(|batch| batch.into_iter().map(|entry| entry.at).collect()).collect()
        };
        assert!(batches(Vec::new()).is_empty());
        let eleven = places(batches((0..11).map(|at| entry(at, 1)).collect()));
        assert_eq!(eleven.iter().map(Vec::len).collect::<Vec<_>>(), [10, 1]);
        assert_eq!(eleven.concat(), (0..11).collect::<Vec<_>>());
        let half = MOST_BYTES / 2 - entry(0, 0).bytes();
        assert_eq!(places(batches(vec![entry(0, half), entry(1, half), entry(2, 1)])), [vec![0, 1], vec![2]]);
        assert_eq!(places(batches(vec![entry(0, half), entry(1, half + 1), entry(2, 1)])), [vec![0], vec![1, 2]]);
    }
}
