//! Domain events: what an item stores of one, and what the bus carries.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::EventId;

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

/// The event as it lies in the item that it changed (attribute `event`): only what the item does not say.
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
    /// The entity's how-manieth event, without gaps.
    pub sequence: u64,
    /// Why.
    #[serde(flatten)]
    pub causation: Causation,
    /// The event's own facts.
    #[serde(default)]
    pub data: Value,
}

/// The event as the bus carries it, in the shape of CloudEvents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Envelope {
    /// The context that speaks: `holdfast.accounts`.
    pub source: String,
    /// What was stored.
    #[serde(flatten)]
    pub event: StoredEvent,
}
