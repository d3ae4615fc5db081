//! Messages that come when a hold's time is up, or as near to it as a queue can wait.

use aws_sdk_sqs::Client;
use aws_smithy_types::error::display::DisplayErrorContext;
use holdfast_core::Envelope;
use holdfast_events::ConsumeError;
use holdfast_runtime::{FromInit, Init, InitError};
use serde_json::json;

/// The longest that a queue holds a message back, in seconds.
const LONGEST_DELAY_S: i64 = 900;

/// The queue of reservations to look at.
#[derive(Clone, Debug)]
pub(super) struct Reminders {
    client: Client,
    queue: String,
}

impl FromInit for Reminders {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self { client: init.aws.sqs(), queue: init.env.text("RESERVATIONS_QUEUE_URL")?.to_owned() })
    }
}

impl Reminders {
    /// Reminds of a reservation in so many seconds, or after the longest delay: then the rest is waited for.
    ///
    /// The message is the reservation's own event, in the shape in which the bus would deliver it.
    pub(super) async fn remind(&self, made: &Envelope, in_s: i64) -> Result<(), ConsumeError> {
        let delay = i32::try_from(in_s.clamp(0, LONGEST_DELAY_S)).unwrap_or(0);
        let message = self.client.send_message().queue_url(&self.queue).delay_seconds(delay);
        let sent = message.message_body(json!({"detail": made}).to_string()).send().await;
        sent.map(drop).map_err(|error| ConsumeError::Retry(DisplayErrorContext(error).to_string()))
    }
}
