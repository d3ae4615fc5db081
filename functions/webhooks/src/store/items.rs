//! The items of the webhooks table. A test holds their keys to the letter.

use holdfast_core::{EventId, Timestamp, WebhookDeliveryId, WebhookEndpointId};
use holdfast_dynamo::{Item, Key};
use holdfast_http::Fingerprint;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::domain::{Delivery, Endpoint, Lane, Status};

/// The partition of all endpoints: there are few, and all are read together.
pub(super) const ENDPOINTS: &str = "ENDPOINTS";
/// How long events, deliveries and removed endpoints are kept: longer than a message can lie in a queue, a dead-letter queue and a redrive.
pub(crate) const KEPT_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How long a lane is kept that nothing happens in.
const LANE_KEPT_FOR: SignedDuration = SignedDuration::from_hours(400 * 24);

pub(super) fn endpoint_key(id: WebhookEndpointId) -> Key {
    Key::new(ENDPOINTS, id.to_string())
}

/// How many endpoints there are.
pub(super) fn count_key() -> Key {
    Key::new(ENDPOINTS, "COUNT")
}

/// When an endpoint last took something.
pub(super) fn health_key(id: WebhookEndpointId) -> Key {
    Key::new(format!("HEALTH#{id}"), "HEALTH")
}

pub(super) fn events_partition(subject: &str) -> String {
    format!("EVENTS#{subject}")
}

/// As many digits as the highest number has: it sorts as the number does.
pub(super) fn place(sequence: u64) -> String {
    format!("{sequence:020}")
}

pub(super) fn event_key(subject: &str, sequence: u64) -> Key {
    Key::new(events_partition(subject), place(sequence))
}

pub(super) fn delivery_key(id: WebhookDeliveryId) -> Key {
    Key::new(format!("DELIVERY#{id}"), "DELIVERY")
}

/// The index partition in which an endpoint's deliveries list by their moments.
pub(super) fn deliveries_partition(endpoint: WebhookEndpointId) -> String {
    format!("DELIVERIES#{endpoint}")
}

pub(super) fn lane_key(endpoint: WebhookEndpointId, subject: &str) -> Key {
    Key::new(format!("LANE#{endpoint}#{subject}"), "LANE")
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(at)
}

/// An endpoint. It bears its events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointItem {
    /// The endpoint.
    #[serde(flatten)]
    pub endpoint: Endpoint,
    /// What the request said that registered it.
    pub fingerprint: Fingerprint,
    /// When it was removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Timestamp>,
}

impl Item for EndpointItem {
    const ENTITY: &'static str = "webhook-endpoint";
    fn key(&self) -> Key {
        endpoint_key(self.endpoint.id)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        let deleted = self.deleted_at.filter(|_| self.endpoint.status == Status::Deleted);
        deleted.map(|at| later(at, KEPT_FOR))
    }
}

/// When an endpoint last took something, to the hour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct HealthItem {
    pub(super) endpoint_id: WebhookEndpointId,
    pub(super) last_success_at: Timestamp,
}

impl Item for HealthItem {
    const ENTITY: &'static str = "webhook-health";
    fn key(&self) -> Key {
        health_key(self.endpoint_id)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(later(self.last_success_at, KEPT_FOR))
    }
}

/// An event, as it is delivered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventItem {
    /// Whom or what it is about.
    pub subject: String,
    /// The subject's how-manieth.
    pub sequence: u64,
    /// Which.
    pub event_id: EventId,
    /// What happened.
    pub event_type: String,
    /// When.
    pub time: Timestamp,
    /// When it was heard of.
    pub heard_at: Timestamp,
    /// The envelope, to the byte: every attempt sends the same.
    pub body: String,
}

impl Item for EventItem {
    const ENTITY: &'static str = "webhook-event";
    fn key(&self) -> Key {
        event_key(&self.subject, self.sequence)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(later(self.heard_at, KEPT_FOR))
    }
}

/// A delivery. It bears the events of staff's requests to send it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryItem {
    /// The delivery.
    #[serde(flatten)]
    pub delivery: Delivery,
}

impl Item for DeliveryItem {
    const ENTITY: &'static str = "webhook-delivery";
    fn key(&self) -> Key {
        delivery_key(self.delivery.id)
    }

    fn gsi1(&self) -> Option<Key> {
        let Delivery { endpoint_id, created_at, id, .. } = &self.delivery;
        let moment = created_at.as_millisecond().max(0);
        Some(Key::new(deliveries_partition(*endpoint_id), format!("{moment:013}#{id}")))
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(later(self.delivery.created_at, KEPT_FOR))
    }
}

/// A lane, and who is at work on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaneItem {
    /// To whom it leads.
    pub endpoint_id: WebhookEndpointId,
    /// Whom or what it is about.
    pub subject: String,
    /// Counts its changes.
    pub version: u64,
    /// Where it stands.
    pub lane: Lane,
    /// Who is at work on it, or was.
    pub holder: String,
    /// Until when, in milliseconds; nobody is when it is past.
    pub lease_until_ms: i64,
    /// Counts those who came while somebody was at work: they did not wait, so that there is more to do.
    pub wakes: u64,
    /// Which events came with them.
    pub came: Vec<u64>,
    /// When it last changed.
    pub changed_at: Timestamp,
}

impl Item for LaneItem {
    const ENTITY: &'static str = "webhook-lane";
    fn key(&self) -> Key {
        lane_key(self.endpoint_id, &self.subject)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(later(self.changed_at, LANE_KEPT_FOR))
    }
}

#[cfg(test)]
mod tests {
    use holdfast_core::Id;

    use super::*;

    fn text(key: Key) -> (String, String) {
        (key.pk, key.sk)
    }

    #[test]
    fn items_lie_under_their_literal_keys() {
        let endpoint = WebhookEndpointId::from_bytes([0; 16]);
        let delivery = WebhookDeliveryId::from_bytes([0; 16]);
        let pair = |pk: &str, sk: &str| (pk.to_owned(), sk.to_owned());
        let id = "whe_00000000000000000000000000";
        assert_eq!(text(endpoint_key(endpoint)), pair("ENDPOINTS", id));
        assert_eq!(text(count_key()), pair("ENDPOINTS", "COUNT"));
        assert_eq!(text(health_key(endpoint)), pair(&format!("HEALTH#{id}"), "HEALTH"));
        assert_eq!(text(event_key("ord_1", 7)), pair("EVENTS#ord_1", "00000000000000000007"));
        let key = text(delivery_key(delivery));
        assert_eq!(key, pair("DELIVERY#whd_00000000000000000000000000", "DELIVERY"));
        assert_eq!(deliveries_partition(endpoint), format!("DELIVERIES#{id}"));
        assert_eq!(text(lane_key(endpoint, "ord_1")), pair(&format!("LANE#{id}#ord_1"), "LANE"));
    }
}
