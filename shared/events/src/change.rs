//! What a table's stream says, as far as events are concerned.

use aws_lambda_events::event::dynamodb::EventRecord;
use holdfast_core::StoredEvent;
use serde::Deserialize;
use serde_dynamo::{AttributeValue, Item};
use serde_json::Value;

/// A record of a stream that tells of a new event.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The record's place in its shard.
    pub sequence_number: String,
    /// What happened.
    pub event: StoredEvent,
}

/// A record that holds an event which cannot be read: a defect of ours, for people to look at.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the record {sequence_number} cannot be published: {reason}")]
pub struct Unpublishable {
    /// The record's place in its shard; empty when not even that can be read.
    pub sequence_number: String,
    /// What is wrong. Never a value: those may be anything.
    pub reason: &'static str,
}

impl Change {
    /// The new event of a record, when there is one.
    ///
    /// An item keeps its latest event until the next: a change that leaves it as it was (a TTL set, an
    /// attribute migrated) is no event.
    pub fn read(record: &Value) -> Result<Option<Self>, Unpublishable> {
        let sequence_number = sequence_number(record).unwrap_or_default().to_owned();
        let unpublishable = |reason| Unpublishable { sequence_number: sequence_number.clone(), reason };
        let change = EventRecord::deserialize(record).map_err(|_| unpublishable("it is no record of a stream"))?.change;
        let Some(event) = change.new_image.get("event") else { return Ok(None) };
        if id(&change.new_image).is_some_and(|new| id(&change.old_image) == Some(new)) {
            return Ok(None);
        }
        let event = serde_dynamo::from_attribute_value(event.clone());
        let event = event.map_err(|_| unpublishable("its attribute `event` is no event"))?;
        Ok(Some(Self { sequence_number, event }))
    }
}

/// A record's place in its shard.
fn sequence_number(record: &Value) -> Option<&str> {
    record.pointer("/dynamodb/SequenceNumber")?.as_str()
}

/// The id of the event that an image holds, whatever else it may be.
fn id(image: &Item) -> Option<&str> {
    let AttributeValue::M(event) = image.get("event")? else { return None };
    let AttributeValue::S(id) = event.get("id")? else { return None };
    Some(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn image(id: &str) -> Value {
        json!({
            "pk": {"S": "USER#1"},
            "name": {"S": "Ada"},
            "event": {"M": {
                "id": {"S": id},
                "type": {"S": "accounts.user-registered.v1"},
                "time": {"S": "2026-11-21T00:00:00Z"},
                "subject": {"S": "usr_00000000000000000000000001"},
                "sequence": {"N": "3"},
                "correlation_id": {"S": "req_00000000000000000000000001"},
                "data": {"M": {"user_id": {"S": "usr_00000000000000000000000001"}, "count": {"N": "2"}, "none": {"NULL": true}}},
            }},
        })
    }

    fn record(old: Option<Value>, new: Option<Value>) -> Value {
        let mut change = json!({"Keys": {"pk": {"S": "USER#1"}}, "SequenceNumber": "42", "SizeBytes": 100});
        for (name, image) in [("OldImage", old), ("NewImage", new)] {
            if let Some(image) = image {
                change[name] = image;
            }
        }
        json!({"awsRegion": "eu-west-1", "eventID": "e", "eventName": "MODIFY", "eventSource": "aws:dynamodb", "dynamodb": change})
    }

    const FIRST: &str = "evt_00000000000000000000000001";
    const SECOND: &str = "evt_00000000000000000000000002";

    #[test]
    fn a_new_item_and_a_new_event_are_told() {
        for old in [None, Some(image(FIRST)), Some(json!({"pk": {"S": "USER#1"}}))] {
            let change = Change::read(&record(old, Some(image(SECOND)))).unwrap().unwrap();
            assert_eq!(change.sequence_number, "42");
            assert_eq!(change.event.id.to_string(), SECOND);
            assert_eq!((change.event.kind.as_str(), change.event.sequence), ("accounts.user-registered.v1", 3));
            assert_eq!(
                change.event.data,
                json!({"user_id": "usr_00000000000000000000000001", "count": 2, "none": null})
            );
        }
    }

    #[test]
    fn an_event_that_was_there_before_is_not_told_again() {
        let mut moved = image(FIRST);
        moved["name"] = json!({"S": "Grace"});
        assert_eq!(Change::read(&record(Some(image(FIRST)), Some(moved))), Ok(None));
    }

    #[test]
    fn an_item_without_events_and_a_removal_tell_nothing() {
        assert_eq!(Change::read(&record(None, Some(json!({"pk": {"S": "RATE#1"}})))), Ok(None));
        assert_eq!(Change::read(&record(Some(image(FIRST)), None)), Ok(None));
    }

    #[test]
    fn what_cannot_be_read_is_named_by_its_place_alone() {
        let mut broken = image(FIRST);
        broken["event"]["M"]["time"] = json!({"S": "yesterday"});
        let error = Change::read(&record(None, Some(broken))).unwrap_err();
        assert_eq!(error.to_string(), "the record 42 cannot be published: its attribute `event` is no event");
        let error = Change::read(&record(None, Some(json!({"event": {"S": "text"}})))).unwrap_err();
        assert_eq!(error.sequence_number, "42");
        let error = Change::read(&json!("text")).unwrap_err();
        assert_eq!((error.sequence_number.as_str(), error.reason), ("", "it is no record of a stream"));
    }
}
