//! Messages that come when a lane is to be looked at again, or as near to it as a queue can wait.

use aws_sdk_sqs::Client;
use aws_smithy_types::error::display::DisplayErrorContext;
use holdfast_core::{Ambient, Causation, Envelope, EventId, StoredEvent, Timestamp, WebhookEndpointId};
use holdfast_events::ConsumeError;
use holdfast_runtime::{FromInit, Init, InitError};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The longest that a queue holds a message back, in seconds.
const LONGEST_DELAY_S: i64 = 900;
/// What such a message says it is: no event of the bus, but in the shape of one, so that one queue carries both.
const KIND: &str = "webhooks.look";

/// The queue of this context.
#[derive(Clone, Debug)]
pub(super) struct Looks {
    client: Client,
    queue: String,
    ambient: Ambient,
}

/// What is to be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Look {
    /// Whose lane: the message's subject says which of them.
    pub(super) endpoint_id: WebhookEndpointId,
    /// When.
    pub(super) at: Timestamp,
}

impl FromInit for Looks {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        let queue = init.env.text("WEBHOOKS_QUEUE_URL")?.to_owned();
        Ok(Self { client: init.aws.sqs(), queue, ambient: init.ambient.clone() })
    }
}

impl Looks {
    /// Has a lane looked at then, or after the longest delay: then the rest is waited for.
    pub(super) async fn then(&self, look: Look, subject: &str) -> Result<(), ConsumeError> {
        let now = self.ambient.now();
        let wait_ms = look.at.as_millisecond().saturating_sub(now.as_millisecond()).max(0);
        // Rounded up: a message that comes a moment early is sent again for nothing.
        let wait_s = wait_ms.saturating_add(999) / 1_000;
        let delay = i32::try_from(wait_s.min(LONGEST_DELAY_S)).unwrap_or(0);
        let event = StoredEvent {
            id: self.ambient.id::<EventId>(),
            kind: KIND.to_owned(),
            time: now,
            subject: subject.to_owned(),
            causation: Causation::default(),
            data: serde_json::to_value(look).unwrap_or_default(),
        };
        let message = Envelope { source: "holdfast.webhooks".to_owned(), sequence: 0, event };
        let message = json!({"detail": message}).to_string();
        let sent = self.client.send_message().queue_url(&self.queue).delay_seconds(delay).message_body(message).send();
        sent.await.map(drop).map_err(|error| ConsumeError::Retry(DisplayErrorContext(error).to_string()))
    }
}

impl Look {
    /// What a message says, if it is such a one.
    pub(super) fn read(envelope: &Envelope) -> Option<Result<Self, ConsumeError>> {
        let wrong = |_| ConsumeError::Poison("it does not say what to look at".to_owned());
        (envelope.event.kind == KIND).then(|| serde_json::from_value(envelope.event.data.clone()).map_err(wrong))
    }
}
