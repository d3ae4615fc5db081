//! Domain events: what an item stores of one, and what the bus carries.

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{Ambient, EventId};

/// Why something happened: what the request or the earlier event brings along.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Causation {
    /// Shared by everything that one outside request set off.
    pub correlation_id: String,
    /// The event that led to this one; none where a request did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causation_id: Option<EventId>,
    /// Who set it off: a user's id; none where the shop itself did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// The W3C trace context.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
}

/// The event as it lies in the item that it changed (attribute `event`). Its place among the item's events is not
/// in it: that is the item's `version`.
///
/// `data` carries ids, never codes, e-mail addresses, names or postal addresses: consumers read those
/// by id when they act, so that erasing a person leaves nothing behind in logs, queues and archives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredEvent {
    /// The event's id: consumers know a repeat by it.
    pub id: EventId,
    /// What happened: `accounts.user-registered.v1`.
    #[serde(rename = "type")]
    pub kind: String,
    /// When.
    pub time: Timestamp,
    /// Whom or what it happened to: the entity's id.
    pub subject: String,
    /// Why.
    #[serde(flatten)]
    pub causation: Causation,
    /// The event's own facts.
    #[serde(default)]
    pub data: Value,
}

impl StoredEvent {
    /// This has happened, now, to this subject. What happened is a context's enum, tagged by `type`, its content in `data`.
    pub fn now(ambient: &Ambient, happened: &impl Serialize, subject: impl ToString, causation: Causation) -> Self {
        let told = serde_json::to_value(happened).unwrap_or_default();
        let field = |name: &str| told.get(name).cloned().unwrap_or_default();
        Self {
            id: ambient.id::<EventId>(),
            kind: field("type").as_str().unwrap_or_default().to_owned(),
            time: ambient.now(),
            subject: subject.to_string(),
            causation,
            data: field("data"),
        }
    }

    /// What happened, as the enum of whoever listens; an error when it names no such event, or the event has another shape.
    pub fn told<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_value(json!({"type": self.kind, "data": self.data}))
    }
}

/// The event as the bus carries it, in the shape of CloudEvents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Envelope {
    /// The context that speaks: `holdfast.accounts`.
    pub source: String,
    /// The subject's how-manieth event, without gaps.
    pub sequence: u64,
    /// What was stored.
    #[serde(flatten)]
    pub event: StoredEvent,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(tag = "type", content = "data")]
    enum Happened {
        #[serde(rename = "shop.opened.v1")]
        Opened { doors: u8 },
        #[serde(rename = "shop.closed.v1")]
        Closed {},
    }

    #[test]
    fn what_is_told_is_what_happened() {
        let ambient = Ambient::system();
        for happened in [Happened::Opened { doors: 2 }, Happened::Closed {}] {
            let event = StoredEvent::now(&ambient, &happened, "s", Causation::default());
            assert_eq!(event.told::<Happened>().unwrap(), happened);
        }
        let event = StoredEvent::now(&ambient, &Happened::Opened { doors: 2 }, "s", Causation::default());
        assert_eq!((event.kind.as_str(), &event.data), ("shop.opened.v1", &json!({"doors": 2})));
        assert!(StoredEvent { kind: "shop.moved.v1".to_owned(), ..event.clone() }.told::<Happened>().is_err());
        assert!(StoredEvent { data: json!({"doors": -1}), ..event }.told::<Happened>().is_err());
    }
}
