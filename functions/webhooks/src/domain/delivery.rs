//! A delivery: one event on its way to one endpoint, and what became of each attempt.

use holdfast_core::{EventId, Id, Timestamp, WebhookDeliveryId, WebhookEndpointId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

/// A delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Which: the same for an event and an endpoint, whoever computes it.
    pub id: WebhookDeliveryId,
    /// To whom.
    pub endpoint_id: WebhookEndpointId,
    /// In which of the endpoint's epochs it was to be made.
    pub epoch: u32,
    /// Of which event.
    pub event_id: EventId,
    /// What that says.
    pub event_type: String,
    /// Whom or what it is about.
    pub subject: String,
    /// The subject's how-manieth.
    pub sequence: u64,
    /// How far it is.
    pub progress: Progress,
    /// What the receiver should know of its place among the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<Mark>,
    /// What became of the latest attempts, the newest last.
    #[serde(default)]
    pub attempts: Vec<Attempt>,
    /// How many there were.
    pub attempt_count: u32,
    /// Counts staff's requests to send it again.
    pub version: u64,
    /// Since when it is known.
    pub created_at: Timestamp,
    /// The latest request to send it again that was followed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resent_for: Option<EventId>,
}

/// How far a delivery is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Progress {
    /// It is to be made.
    Pending,
    /// The receiver took it.
    Delivered,
    /// It was given up.
    Failed,
}

/// What a receiver should know of a delivery's place among the others of its subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// One before it is missing: it was waited for, or given up.
    Gap,
    /// One after it has been sent already.
    Late,
}

impl Mark {
    /// As a header says it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gap => "gap",
            Self::Late => "late",
        }
    }
}

/// What became of an attempt. Of an answer its status is kept and nothing else: nobody knows what stands in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When it was made.
    pub at: Timestamp,
    /// What became of it.
    pub outcome: Outcome,
    /// How long it took, in milliseconds.
    pub duration_ms: u32,
}

/// What became of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The receiver answered with this status.
    Answered(u16),
    /// The URL leads to an address that is not public: nothing was sent.
    Refused,
    /// No answer came in time.
    TimedOut,
    /// There was no connection, or it broke.
    Broken,
}

impl Outcome {
    /// Whether the receiver took it. A redirect is not followed: where it leads, nobody has looked at.
    pub fn is_success(self) -> bool {
        matches!(self, Self::Answered(200..=299))
    }
}

/// The id of an event's delivery to an endpoint.
pub fn delivery_id(endpoint: WebhookEndpointId, event: EventId) -> WebhookDeliveryId {
    let digest: [u8; 32] = Sha256::digest(format!("{endpoint}#{event}")).into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    WebhookDeliveryId::from_bytes(bytes)
}

impl Delivery {
    /// How many attempts are kept.
    pub const MOST_KEPT: usize = 20;

    /// With one attempt more.
    pub fn note(&mut self, attempt: Attempt) {
        self.attempt_count = self.attempt_count.saturating_add(1);
        self.attempts.push(attempt);
        let over = self.attempts.len().saturating_sub(Self::MOST_KEPT);
        self.attempts.drain(..over);
        if attempt.outcome.is_success() {
            self.progress = Progress::Delivered;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_the_same_for_the_same_and_no_other() {
        let (endpoint, event) = (WebhookEndpointId::from_bytes([1; 16]), EventId::from_bytes([2; 16]));
        assert_eq!(delivery_id(endpoint, event).to_string(), "whd_1cdm80wmhy460x60nmv3jqke85");
        assert_ne!(delivery_id(endpoint, event), delivery_id(endpoint, EventId::from_bytes([3; 16])));
        assert_ne!(delivery_id(endpoint, event), delivery_id(WebhookEndpointId::from_bytes([3; 16]), event));
    }

    #[test]
    fn only_a_status_of_the_two_hundreds_is_success() {
        for status in [200, 202, 204, 299] {
            assert!(Outcome::Answered(status).is_success(), "{status}");
        }
        for status in [100, 199, 300, 301, 302, 307, 308, 400, 404, 410, 429, 500, 503] {
            assert!(!Outcome::Answered(status).is_success(), "{status}");
        }
        assert!(!Outcome::Refused.is_success() && !Outcome::TimedOut.is_success() && !Outcome::Broken.is_success());
    }

    #[test]
    fn the_latest_attempts_are_kept_and_all_are_counted() {
        let mut delivery = Delivery {
            id: WebhookDeliveryId::from_bytes([1; 16]),
            endpoint_id: WebhookEndpointId::from_bytes([1; 16]),
            epoch: 1,
            event_id: EventId::from_bytes([1; 16]),
            event_type: "orders.order-paid.v1".to_owned(),
            subject: "ord_1".to_owned(),
            sequence: 1,
            progress: Progress::Pending,
            mark: None,
            attempts: Vec::new(),
            attempt_count: 0,
            version: 0,
            created_at: Timestamp::UNIX_EPOCH,
            resent_for: None,
        };
        for status in 500..521 {
            let outcome = Outcome::Answered(status);
            delivery.note(Attempt { at: Timestamp::UNIX_EPOCH, outcome, duration_ms: 1 });
        }
        assert_eq!((delivery.attempts.len(), delivery.attempt_count), (Delivery::MOST_KEPT, 21));
        assert_eq!(delivery.attempts[0].outcome, Outcome::Answered(501));
        assert_eq!(delivery.progress, Progress::Pending);
        delivery.note(Attempt { at: Timestamp::UNIX_EPOCH, outcome: Outcome::Answered(204), duration_ms: 1 });
        assert_eq!(delivery.progress, Progress::Delivered);
    }
}
