//! The items of the trail's table. A test holds their keys to the letter.

use holdfast_core::{EventId, Timestamp};
use holdfast_dynamo::{Item, Key};
use serde::{Deserialize, Serialize};

use crate::domain::{Entry, Head};

/// Over how many partitions of an index everything is spread: one takes a thousand writes a second.
pub(super) const SHARDS: u8 = 4;

pub(super) fn entry_key(event: EventId) -> Key {
    Key::new(format!("RECORD#{event}"), "RECORD")
}

pub(super) fn head_key(subject: &str) -> Key {
    Key::new(format!("HEAD#{subject}"), "HEAD")
}

/// How far heads were written where nobody can change them.
pub(super) fn anchored_key() -> Key {
    Key::new("ANCHORED", "ANCHORED")
}

/// The index partition of all heads of a shard, by when they moved.
pub(super) fn heads_partition(shard: u8) -> String {
    format!("HEADS#{shard}")
}

/// The index partition of a subject's records.
pub(super) fn subject_partition(subject: &str) -> String {
    format!("SUBJECT#{subject}")
}

/// The index partition of what somebody did.
pub(super) fn actor_partition(actor: &str) -> String {
    format!("ACTOR#{actor}")
}

/// The index partition of all records of a shard.
pub(super) fn all_partition(shard: u8) -> String {
    format!("RECORDS#{shard}")
}

/// A moment as a place in the index: it sorts as the moment does.
pub(super) fn moment(at: Timestamp) -> String {
    format!("{:013}", at.as_millisecond().max(0))
}

/// A record's place in the lists.
pub(super) fn place(at: Timestamp, event: &str) -> String {
    format!("{}#{event}", moment(at))
}

fn shard(text: &str) -> u8 {
    text.bytes().last().map_or(0, |byte| byte % SHARDS)
}

/// A record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryItem {
    /// The record, and its hash.
    #[serde(flatten)]
    pub entry: Entry,
}

impl EntryItem {
    fn place(&self) -> String {
        let record = &self.entry.record;
        place(record.time, &record.event_id.to_string())
    }
}

impl Item for EntryItem {
    const ENTITY: &'static str = "audit-record";
    fn key(&self) -> Key {
        entry_key(self.entry.record.event_id)
    }

    fn gsi1(&self) -> Option<Key> {
        Some(Key::new(subject_partition(&self.entry.record.subject), self.place()))
    }

    fn gsi2(&self) -> Option<Key> {
        Some(Key::new(actor_partition(&self.entry.record.actor), self.place()))
    }

    fn gsi3(&self) -> Option<Key> {
        Some(Key::new(all_partition(shard(&self.entry.record.event_id.to_string())), self.place()))
    }
}

/// The end of a subject's chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadItem {
    /// The head.
    #[serde(flatten)]
    pub head: Head,
    /// When it last moved.
    pub moved_at: Timestamp,
}

impl Item for HeadItem {
    const ENTITY: &'static str = "audit-head";
    fn key(&self) -> Key {
        head_key(&self.head.subject)
    }

    fn gsi1(&self) -> Option<Key> {
        let place = format!("{}#{}", moment(self.moved_at), self.head.subject);
        Some(Key::new(heads_partition(shard(&self.head.subject)), place))
    }
}

/// How far heads were written where nobody can change them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct AnchoredItem {
    /// All that moved until then.
    pub(super) until: Timestamp,
}

impl Item for AnchoredItem {
    const ENTITY: &'static str = "audit-anchored";
    fn key(&self) -> Key {
        anchored_key()
    }
}

#[cfg(test)]
mod tests {
    use holdfast_core::Id;

    use super::*;

    #[test]
    fn items_lie_under_their_literal_keys() {
        let text = |key: Key| (key.pk, key.sk);
        let pair = |pk: &str, sk: &str| (pk.to_owned(), sk.to_owned());
        let event = EventId::from_bytes([0; 16]);
        let record = pair("RECORD#evt_00000000000000000000000000", "RECORD");
        assert_eq!(text(entry_key(event)), record);
        assert_eq!(text(head_key("ord_1")), pair("HEAD#ord_1", "HEAD"));
        assert_eq!(text(anchored_key()), pair("ANCHORED", "ANCHORED"));
        assert_eq!(heads_partition(3), "HEADS#3");
        assert_eq!(subject_partition("ord_1"), "SUBJECT#ord_1");
        assert_eq!(actor_partition("usr_1"), "ACTOR#usr_1");
        assert_eq!(all_partition(0), "RECORDS#0");
        assert_eq!(place(Timestamp::from_second(1).unwrap(), "evt_1"), "0000000001000#evt_1");
    }
}
