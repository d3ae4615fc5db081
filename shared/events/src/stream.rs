//! What a table's stream says, as far as events are concerned.

use aws_lambda_events::event::dynamodb::EventRecord;
use holdfast_core::Envelope;
use serde::Deserialize;
use serde_dynamo::{AttributeValue, Item};
use serde_json::Value;

/// A record holds an event that cannot be read: a defect of ours, for people to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(pub &'static str);

/// The new event of a record, when there is one, as this source tells it.
///
/// An item keeps its latest event until the next: a change that leaves it as it was (a TTL set, an attribute
/// migrated) is no event.
pub fn new_event(source: &str, record: &Value) -> Result<Option<Envelope>, Unreadable> {
    let change = EventRecord::deserialize(record).map_err(|_| Unreadable("it is no record of a stream"))?.change;
    let Some(event) = change.new_image.get("event") else { return Ok(None) };
    if id(&change.new_image).is_some_and(|new| id(&change.old_image) == Some(new)) {
        return Ok(None);
    }
    let stored = serde_dynamo::from_attribute_value(event.clone());
    let event = stored.map_err(|_| Unreadable("its attribute `event` is no event"))?;
    let sequence = version(&change.new_image).ok_or(Unreadable("its item does not count its events"))?;
    Ok(Some(Envelope { source: source.to_owned(), sequence, event }))
}

/// What a record says of an item of one kind.
#[derive(Clone, Debug)]
pub struct Change<T> {
    /// As it was; nothing when it is new.
    pub old: Option<T>,
    /// As it is; nothing when it was removed.
    pub new: Option<T>,
}

/// What a record says of an item, if it is of this kind.
pub fn change_of<T: holdfast_dynamo::Item>(record: &Value) -> Result<Option<Change<T>>, Unreadable> {
    let change = EventRecord::deserialize(record).map_err(|_| Unreadable("it is no record of a stream"))?.change;
    let is = |image: &Item| matches!(image.get("entity"), Some(AttributeValue::S(entity)) if entity == T::ENTITY);
    if !is(&change.new_image) && !is(&change.old_image) {
        return Ok(None);
    }
    let read = |image: Item| {
        if !is(&image) {
            return Ok(None);
        }
        let version = match image.get("v") {
            Some(AttributeValue::N(version)) => version.parse().unwrap_or(0),
            Some(_) | None => 0,
        };
        T::read(version, image.into()).map(Some).map_err(|_| Unreadable("its item is not what it should be"))
    };
    Ok(Some(Change { old: read(change.old_image)?, new: read(change.new_image)? }))
}

/// A record's place in its shard: from where Lambda goes on after a failure.
pub fn sequence_number(record: &Value) -> Option<&str> {
    record.pointer("/dynamodb/SequenceNumber")?.as_str()
}

/// The how-manieth event of its item an image holds.
fn version(image: &Item) -> Option<u64> {
    let AttributeValue::N(version) = image.get("version")? else { return None };
    version.parse().ok()
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
            "version": {"N": "3"},
            "event": {"M": {
                "id": {"S": id},
                "type": {"S": "accounts.user-registered.v1"},
                "time": {"S": "2026-11-21T00:00:00Z"},
                "subject": {"S": "usr_00000000000000000000000001"},
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

    const SOURCE: &str = "holdfast.accounts";
    const FIRST: &str = "evt_00000000000000000000000001";
    const SECOND: &str = "evt_00000000000000000000000002";

    #[test]
    fn a_new_item_and_a_new_event_are_told() {
        for old in [None, Some(image(FIRST)), Some(json!({"pk": {"S": "USER#1"}}))] {
            let told = new_event(SOURCE, &record(old, Some(image(SECOND)))).unwrap().unwrap();
            assert_eq!((told.source.as_str(), told.sequence), (SOURCE, 3));
            let event = told.event;
            assert_eq!((event.id.to_string().as_str(), event.kind.as_str()), (SECOND, "accounts.user-registered.v1"));
            assert_eq!(event.data, json!({"user_id": "usr_00000000000000000000000001", "count": 2, "none": null}));
        }
    }

    #[test]
    fn an_event_that_was_there_before_is_not_told_again() {
        let mut moved = image(FIRST);
        moved["name"] = json!({"S": "Grace"});
        assert_eq!(new_event(SOURCE, &record(Some(image(FIRST)), Some(moved))), Ok(None));
    }

    #[test]
    fn an_item_without_events_and_a_removal_tell_nothing() {
        assert_eq!(new_event(SOURCE, &record(None, Some(json!({"pk": {"S": "RATE#1"}})))), Ok(None));
        assert_eq!(new_event(SOURCE, &record(Some(image(FIRST)), None)), Ok(None));
    }

    #[test]
    fn an_event_that_cannot_be_read_is_not_passed_over() {
        let mut broken = image(FIRST);
        broken["event"]["M"]["time"] = json!({"S": "yesterday"});
        let mut uncounted = image(FIRST);
        uncounted["version"] = json!({"S": "third"});
        let unreadable = Err(Unreadable("its item does not count its events"));
        assert_eq!(new_event(SOURCE, &record(None, Some(uncounted))), unreadable);
        let no_event = Err(Unreadable("its attribute `event` is no event"));
        assert_eq!(new_event(SOURCE, &record(None, Some(broken))), no_event);
        assert_eq!(new_event(SOURCE, &record(None, Some(json!({"event": {"S": "text"}})))), no_event);
        assert_eq!(new_event(SOURCE, &json!("text")), Err(Unreadable("it is no record of a stream")));
    }

    #[test]
    fn a_record_has_its_place() {
        assert_eq!(sequence_number(&record(None, None)), Some("42"));
        assert_eq!(sequence_number(&json!({})), None);
    }
}
