//! A record of the trail: an event that somebody set off, in ids alone, and its place in its subject's chain.

use holdfast_core::{Envelope, EventId, Timestamp, canonical};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What a record says.
///
/// Not the event's data: staff write reasons there, and a person's name may be in one. The digest tells whether an event that is shown from
/// elsewhere (the archive) is the one that was recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Whose chain it is in.
    pub subject: String,
    /// Its place there, from 1.
    pub position: u64,
    /// The hash of the one before it; empty for the first.
    pub previous: String,
    /// Which event.
    pub event_id: EventId,
    /// What happened.
    pub event_type: String,
    /// Which context told of it.
    pub source: String,
    /// The subject's how-manieth event it is.
    pub sequence: u64,
    /// Who set it off: a user's id.
    pub actor: String,
    /// When.
    pub time: Timestamp,
    /// Shared by everything that one outside request set off.
    pub correlation_id: String,
    /// The event that led to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causation_id: Option<EventId>,
    /// The SHA-256 of the whole event.
    pub digest: String,
}

/// A record as it is stored, with its hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The record.
    #[serde(flatten)]
    pub record: Record,
    /// Its hash, and by what it says of the one before it, that of all before it.
    pub hash: String,
}

/// The end of a subject's chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Whose.
    pub subject: String,
    /// How many records it has.
    pub position: u64,
    /// The hash of the last.
    pub hash: String,
}

impl Record {
    /// The record of an event behind this head; none of an event that nobody set off.
    pub fn of(envelope: &Envelope, head: Option<&Head>) -> Option<Self> {
        let Envelope { source, sequence, event } = envelope;
        Some(Self {
            subject: event.subject.clone(),
            position: head.map_or(0, |head| head.position).saturating_add(1),
            previous: head.map(|head| head.hash.clone()).unwrap_or_default(),
            event_id: event.id,
            event_type: event.kind.clone(),
            source: source.clone(),
            sequence: *sequence,
            actor: event.causation.actor.clone()?,
            time: event.time,
            correlation_id: event.causation.correlation_id.clone(),
            causation_id: event.causation.causation_id,
            digest: digest(envelope),
        })
    }

    /// The SHA-256 of all that it says, each part behind its length: no two records read alike.
    pub fn hash(&self) -> String {
        let mut hasher = Sha256::new();
        let (position, sequence) = (self.position.to_string(), self.sequence.to_string());
        let (event, time) = (self.event_id.to_string(), self.time.to_string());
        let cause = self.causation_id.map(|id| id.to_string()).unwrap_or_default();
        let parts = [
            &self.subject,
            &position,
            &self.previous,
            &event,
            &self.event_type,
            &self.source,
            &sequence,
            &self.actor,
            &time,
            &self.correlation_id,
            &cause,
            &self.digest,
        ];
        for part in parts {
            hasher.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hasher.update(part);
        }
        hex(&hasher.finalize())
    }
}

impl Entry {
    /// With its hash.
    pub fn new(record: Record) -> Self {
        Self { hash: record.hash(), record }
    }

    /// The head of a chain that ends with it.
    pub fn head(&self) -> Head {
        Head { subject: self.record.subject.clone(), position: self.record.position, hash: self.hash.clone() }
    }
}

/// The SHA-256 of an event as JSON, whatever the order in which its fields came.
pub fn digest(envelope: &Envelope) -> String {
    let value = serde_json::to_value(envelope).unwrap_or_default();
    hex(&Sha256::digest(canonical(&value)))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use holdfast_core::{Causation, Id, StoredEvent};
    use serde_json::json;

    use super::*;

    pub(crate) fn envelope(nth: u8) -> Envelope {
        let event = StoredEvent {
            id: EventId::from_bytes([nth; 16]),
            kind: "shop.opened.v1".to_owned(),
            time: Timestamp::from_second(i64::from(nth)).unwrap(),
            subject: "shop".to_owned(),
            causation: Causation { actor: Some("usr_1".to_owned()), ..Causation::default() },
            data: json!({"doors": nth, "windows": 2}),
        };
        Envelope { source: "holdfast.shop".to_owned(), sequence: u64::from(nth), event }
    }

    #[test]
    fn a_hash_is_its_literal_text_and_differs_by_each_thing_that_is_said() {
        let record = Record::of(&envelope(1), None).unwrap();
        let hash = record.hash();
        assert_eq!(hash.len(), 64);
        let changed: [fn(&mut Record); 12] = [
            |record| record.subject.push('x'),
            |record| record.position += 1,
            |record| record.previous.push('0'),
            |record| record.event_id = EventId::from_bytes([9; 16]),
            |record| record.event_type.push('x'),
            |record| record.source.push('x'),
            |record| record.sequence += 1,
            |record| record.actor.push('x'),
            |record| record.time = Timestamp::UNIX_EPOCH,
            |record| record.correlation_id.push('x'),
            |record| record.causation_id = Some(EventId::from_bytes([9; 16])),
            |record| record.digest.push('0'),
        ];
        for change in changed {
            let mut other = record.clone();
            change(&mut other);
            assert_ne!(other.hash(), hash, "{other:?}");
        }
    }

    #[test]
    fn a_digest_is_of_all_that_an_event_says_and_not_of_its_order() {
        let one = envelope(1);
        let mut turned = one.clone();
        turned.event.data = json!({"windows": 2, "doors": 1});
        assert_eq!(digest(&one), digest(&turned));
        turned.event.data = json!({"windows": 3, "doors": 1});
        assert_ne!(digest(&one), digest(&turned));
    }

    #[test]
    fn what_nobody_set_off_is_no_record() {
        let mut envelope = envelope(1);
        envelope.event.causation.actor = None;
        assert_eq!(Record::of(&envelope, None), None);
    }
}
