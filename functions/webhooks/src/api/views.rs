//! What staff see of endpoints and deliveries. No secret is among it.

use holdfast_core::{EventId, Timestamp, UserId, WebhookDeliveryId, WebhookEndpointId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{Attempt, Delivery, Description, Endpoint, Filter, Mark, Outcome, Progress, Status, Target};

/// An endpoint outside.
#[derive(Serialize, ToSchema)]
pub struct EndpointView {
    /// Which.
    #[schema(value_type = String, example = "whe_06f8znhqkg9xq6w3kqxk2b5m8r")]
    id: WebhookEndpointId,
    /// Counts its changes.
    version: u64,
    /// Where events are sent.
    #[schema(value_type = String, example = "https://erp.example.com/hooks")]
    url: Target,
    /// Of which types.
    #[schema(value_type = Vec<String>, example = json!(["orders.order-paid.v1"]))]
    event_types: Filter,
    /// What staff call it.
    #[schema(value_type = Option<String>)]
    description: Option<Description>,
    /// ENABLED, or DISABLED: by staff, or after a day in which it took nothing.
    #[schema(inline)]
    status: Status,
    /// Until when replaced secrets sign beside the current one; null when none does.
    #[schema(value_type = Option<String>, format = DateTime)]
    previous_secret_valid_until: Option<Timestamp>,
    /// Who registered it.
    #[schema(value_type = String)]
    owner: UserId,
    /// When it was registered.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl EndpointView {
    /// An endpoint as it stands.
    pub(super) fn of(endpoint: Endpoint, now: Timestamp) -> Self {
        let signing = endpoint.retiring.iter().map(|old| old.until).filter(|until| *until > now);
        Self {
            previous_secret_valid_until: signing.max(),
            id: endpoint.id,
            version: endpoint.version,
            url: endpoint.url,
            event_types: endpoint.event_types,
            description: endpoint.description,
            status: endpoint.status,
            owner: endpoint.owner,
            created_at: endpoint.created_at,
        }
    }
}

/// How far a delivery is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DeliveryStatus {
    /// It is on its way.
    Pending,
    /// The receiver took it.
    Delivered,
    /// It was tried for a day, and given up.
    Failed,
    /// Its endpoint was switched off before it was made: it waits for somebody to send it again.
    Held,
}

/// An event on its way to an endpoint.
#[derive(Serialize, ToSchema)]
pub struct DeliveryView {
    /// Which: every attempt carries it in the header holdfast-delivery.
    #[schema(value_type = String)]
    id: WebhookDeliveryId,
    /// To whom.
    #[schema(value_type = String)]
    endpoint_id: WebhookEndpointId,
    /// Of which event.
    #[schema(value_type = String)]
    event_id: EventId,
    /// What that says.
    #[schema(example = "orders.order-paid.v1")]
    event_type: String,
    /// Whom or what it is about.
    subject: String,
    /// The subject's how-manieth event it is.
    sequence: u64,
    /// How far it is.
    #[schema(inline)]
    status: DeliveryStatus,
    /// `gap` when one before it was missing as it was sent, `late` when one after it was sent before.
    #[schema(inline)]
    mark: Option<Mark>,
    /// How often it was tried.
    attempt_count: u32,
    /// The latest 20 attempts, the newest last.
    attempts: Vec<AttemptView>,
    /// Since when it is known.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// What became of an attempt.
#[derive(Serialize, ToSchema)]
pub struct AttemptView {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// What was answered; null when nothing was.
    status: Option<u16>,
    /// Why nothing was answered: refused (the host leads to an address that is not public), timed_out or broken.
    error: Option<&'static str>,
    /// How long it took.
    duration_ms: u32,
}

impl From<Attempt> for AttemptView {
    fn from(attempt: Attempt) -> Self {
        let (status, error) = match attempt.outcome {
            Outcome::Answered(status) => (Some(status), None),
            Outcome::Refused => (None, Some("refused")),
            Outcome::TimedOut => (None, Some("timed_out")),
            Outcome::Broken => (None, Some("broken")),
        };
        Self { at: attempt.at, status, error, duration_ms: attempt.duration_ms }
    }
}

impl DeliveryView {
    /// A delivery as it stands, to an endpoint as it stands.
    pub(super) fn of(delivery: Delivery, endpoint: &Endpoint) -> Self {
        let under_way = endpoint.status == Status::Enabled && endpoint.epoch == delivery.epoch;
        Self {
            status: match delivery.progress {
                Progress::Pending if under_way => DeliveryStatus::Pending,
                Progress::Pending => DeliveryStatus::Held,
                Progress::Delivered => DeliveryStatus::Delivered,
                Progress::Failed => DeliveryStatus::Failed,
            },
            id: delivery.id,
            endpoint_id: delivery.endpoint_id,
            event_id: delivery.event_id,
            event_type: delivery.event_type,
            subject: delivery.subject,
            sequence: delivery.sequence,
            mark: delivery.mark,
            attempt_count: delivery.attempt_count,
            attempts: delivery.attempts.into_iter().map(AttemptView::from).collect(),
            created_at: delivery.created_at,
        }
    }
}
