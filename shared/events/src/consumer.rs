//! Consumers: what handles the events of a queue.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures::FutureExt;
use holdfast_core::{Ambient, Envelope, StoredEvent, Timestamp};
use holdfast_dynamo::{CommitError, StoreError, metered};
use holdfast_runtime::{BoxError, EventHandler, FromInit, Function, Measures, SpanKind, Telemetry, TraceContext};
use serde::Deserialize;
use serde_json::Value;

use crate::failures::Failures;

/// Handles events, each at least once. What it does has to be the same however often it does it.
pub trait Consumer: FromInit + Send + Sync + 'static {
    /// Handles one.
    fn handle(&self, event: Envelope) -> impl Future<Output = Result<(), ConsumeError>> + Send;
}

/// Why an event was not handled. Both come again, and end in the dead-letter queue when they come too often:
/// nothing is ever dropped. What sets them apart is what an operator does about it.
///
/// A reason goes into the logs: it names things by their ids, and repeats nothing that a person wrote.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConsumeError {
    /// It may go better later: a service is busy, something is not there yet.
    #[error("to be tried again: {0}")]
    Retry(String),
    /// It will not go better by itself.
    #[error("cannot be handled: {0}")]
    Poison(String),
}

impl From<StoreError> for ConsumeError {
    fn from(error: StoreError) -> Self {
        let reason = format!("{error}: {}", error.reason());
        match error {
            StoreError::Busy { .. } | StoreError::Failed { .. } => Self::Retry(reason),
            StoreError::Unreadable { .. } => Self::Poison(reason),
        }
    }
}

impl From<CommitError> for ConsumeError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Store(error) => error.into(),
            // Nobody looked at which condition it was, so the next try has to see what it finds.
            CommitError::Cancelled(_) => Self::Retry(error.to_string()),
        }
    }
}

/// The function that feeds a consumer from a queue of the bus.
pub fn queue<C: Consumer>(name: &'static str) -> Function {
    fed::<C, Envelope, _>(name, |consumer, event| async move { consumer.handle(event).await })
}

/// The function that a queue feeds, message by message.
pub(crate) fn fed<C, M, W>(name: &'static str, handle: fn(Arc<C>, M) -> W) -> Function
where
    C: FromInit + Send + Sync + 'static,
    M: Message,
    W: Future<Output = Result<(), ConsumeError>> + Send + 'static,
{
    Function::event(name, move |init| async move {
        let consumer = Arc::new(C::from_init(&init).await?);
        let surroundings = Surroundings { name, ambient: init.ambient, telemetry: init.telemetry };
        let handler: EventHandler = Arc::new(move |batch| {
            let (consumer, own) = (Arc::clone(&consumer), surroundings.clone());
            Box::pin(async move { consume(&own, batch, |message| handle(Arc::clone(&consumer), message)).await })
        });
        Ok(handler)
    })
}

/// What surrounds a consumer.
#[derive(Clone, Debug)]
struct Surroundings {
    name: &'static str,
    ambient: Ambient,
    telemetry: Telemetry,
}

/// What a queue's messages say.
pub(crate) trait Message: Sized + Send + 'static {
    /// Reads a message's body. None asks for nothing.
    fn read(body: &str) -> Result<Option<Self>, serde_json::Error>;
    /// What logs call it by.
    fn about(&self) -> About;
}

/// What logs call a message by: ids, and nothing that a person wrote.
#[derive(Clone, Debug, Default)]
pub(crate) struct About {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) correlation_id: String,
    pub(crate) trace: Option<TraceContext>,
    /// When it happened, where the message says so.
    pub(crate) time: Option<Timestamp>,
}

/// What EventBridge puts into a queue. What it says beside the detail, the detail says itself.
#[derive(Deserialize)]
struct Delivery {
    detail: Envelope,
}

impl Message for Envelope {
    fn read(body: &str) -> Result<Option<Self>, serde_json::Error> {
        serde_json::from_str::<Delivery>(body).map(|delivery| Some(delivery.detail))
    }

    fn about(&self) -> About {
        let StoredEvent { id, kind, causation, time, .. } = &self.event;
        About {
            id: id.to_string(),
            kind: kind.clone(),
            correlation_id: causation.correlation_id.clone(),
            trace: causation.traceparent.as_deref().and_then(|trace| trace.parse().ok()),
            time: Some(*time),
        }
    }
}

/// A message, read by hand: one that is no JSON at all must not keep the others from being read.
struct Received<M> {
    id: String,
    message: Result<Option<M>, ConsumeError>,
}

async fn consume<M: Message, W>(own: &Surroundings, batch: Value, work: impl Fn(M) -> W) -> Result<Value, BoxError>
where
    W: Future<Output = Result<(), ConsumeError>>,
{
    let records = batch.get("Records").and_then(Value::as_array).ok_or("the event is not a queue's")?;
    let messages: Option<Vec<Received<M>>> = records.iter().map(read).collect();
    let messages = messages.ok_or("a message of the batch has no id")?;
    let handled = messages.into_iter().map(|message| handle(own, message, &work));
    let mut failures = Failures::none();
    for failed in futures::future::join_all(handled).await.into_iter().flatten() {
        failures.add(failed);
    }
    Ok(failures.answer())
}

fn read<M: Message>(record: &Value) -> Option<Received<M>> {
    let id = record.get("messageId")?.as_str()?.to_owned();
    let body = record.get("body").and_then(Value::as_str).unwrap_or_default();
    // Where it stops being an event, and not what stands there.
    let unreadable = |error: serde_json::Error| {
        ConsumeError::Poison(format!("the body is no event from line {}, column {}", error.line(), error.column()))
    };
    Some(Received { id, message: M::read(body).map_err(unreadable) })
}

/// Handles one message, in the trace that led to it; gives its id when it has to come again.
async fn handle<M: Message, W>(own: &Surroundings, received: Received<M>, work: &impl Fn(M) -> W) -> Option<String>
where
    W: Future<Output = Result<(), ConsumeError>>,
{
    let message = match received.message {
        Ok(Some(message)) => message,
        Ok(None) => return None,
        Err(error) => {
            tracing::error!(consumer = own.name, message_id = received.id, %error, "event.failed");
            return Some(received.id);
        }
    };
    let about = message.about();
    let age_ms = about.time.map(|time| own.ambient.now().as_millisecond().saturating_sub(time.as_millisecond()).max(0));
    let piece = own.telemetry.begin(SpanKind::Consumer, format!("{} {}", own.name, about.kind), about.trace);
    let failed = piece.run(async {
        // A panic is this message's alone, as much as an error is.
        let (outcome, cost) = metered(AssertUnwindSafe(Box::pin(work(message))).catch_unwind()).await;
        let panicked = |_| Err(ConsumeError::Poison("the consumer panicked".to_owned()));
        let outcome = outcome.unwrap_or_else(panicked);
        let measures = || {
            let measures = Measures::of(&own.telemetry).count("events", 1);
            let measures = measures.count("event_failures", u32::from(outcome.is_err()));
            let measures = measures.milliseconds("event_latency_ms", piece.elapsed_ms());
            let measures =
                age_ms.into_iter().fold(measures, |measures, age| measures.milliseconds("event_age_ms", age));
            measures.tally(piece.tally())
        };
        let About { id: event_id, kind: event_type, correlation_id, .. } = about;
        macro_rules! say {
            ($level:ident, $what:literal $(, $reason:ident)?) => {
                tracing::$level!(
                    consumer = own.name, event_id, event_type, correlation_id, round_trips = cost.round_trips,
                    read_units = cost.read_units, write_units = cost.write_units, $($reason,)?
                    measures = %measures(), $what
                )
            };
        }
        match &outcome {
            Ok(()) => say!(info, "event.handled"),
            Err(ConsumeError::Retry(reason)) => say!(warn, "event.retried", reason),
            Err(ConsumeError::Poison(reason)) => say!(error, "event.failed", reason),
        }
        outcome.is_err()
    });
    let failed = failed.await;
    piece.end(failed, vec![("faas.name", own.name.into()), ("messaging.message.id", received.id.as_str().into())]);
    failed.then_some(received.id)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use holdfast_runtime::{Env, Init, InitError};
    use serde_json::json;

    use super::*;

    /// Does what the event's data says.
    #[derive(Default)]
    struct Obedient {
        handled: Mutex<Vec<String>>,
    }

    impl FromInit for Obedient {
        async fn from_init(_: &Init) -> Result<Self, InitError> {
            Ok(Self::default())
        }
    }

    impl Consumer for Obedient {
        async fn handle(&self, event: Envelope) -> Result<(), ConsumeError> {
            self.handled.lock().unwrap().push(event.event.subject.clone());
            match event.event.data["do"].as_str() {
                Some("retry") => Err(ConsumeError::Retry("busy".to_owned())),
                Some("poison") => Err(ConsumeError::Poison("refused".to_owned())),
                Some("panic") => panic!("as asked"),
                _ => Ok(()),
            }
        }
    }

    fn message(id: &str, what: &str) -> Value {
        let detail = json!({
            "source": "holdfast.accounts",
            "id": "evt_00000000000000000000000001",
            "type": "accounts.user-registered.v1",
            "time": "2026-11-21T00:00:00Z",
            "subject": id,
            "sequence": 1,
            "correlation_id": "req_00000000000000000000000001",
            "data": {"do": what},
        });
        let body = json!({
            "version": "0",
            "id": "7bf73129-1428-4cd3-a780-95db273d1602",
            "detail-type": "accounts.user-registered.v1",
            "source": "holdfast.accounts",
            "account": "123456789012",
            "time": "2026-11-21T00:00:00Z",
            "region": "eu-west-1",
            "resources": [],
            "detail": detail,
        });
        json!({"messageId": id, "receiptHandle": "r", "body": body.to_string(), "eventSource": "aws:sqs"})
    }

    fn surroundings() -> Surroundings {
        let ambient = Ambient::system();
        Surroundings { name: "test", telemetry: Telemetry::silent(&Env::default(), ambient.clone()), ambient }
    }

    async fn consumed(messages: &[Value]) -> (Value, Vec<String>) {
        let consumer = Obedient::default();
        let batch = json!({"Records": messages});
        let answer = consume(&surroundings(), batch, |event: Envelope| consumer.handle(event)).await.unwrap();
        (answer, consumer.handled.into_inner().unwrap())
    }

    #[tokio::test]
    async fn each_message_succeeds_or_fails_by_itself() {
        let mut bodiless = message("no-body", "work");
        bodiless.as_object_mut().unwrap().remove("body");
        let mut garbage = message("garbage", "work");
        garbage["body"] = json!("{\"detail\": ");
        let mut bare = message("bare", "work");
        bare["body"] = json!("{\"detail\": {\"id\": \"evt_1\"}}");
        let batch = [
            message("first", "work"),
            garbage,
            message("second", "retry"),
            message("third", "poison"),
            message("fourth", "panic"),
            bodiless,
            bare,
            message("last", "work"),
        ];
        let (answer, handled) = consumed(&batch).await;
        assert_eq!(handled, ["first", "second", "third", "fourth", "last"]);
        let failed = answer["batchItemFailures"].as_array().unwrap();
        let failed: Vec<_> = failed.iter().map(|failure| failure["itemIdentifier"].as_str().unwrap()).collect();
        assert_eq!(failed, ["garbage", "second", "third", "fourth", "no-body", "bare"]);
    }

    #[tokio::test]
    async fn a_batch_that_is_none_fails_whole() {
        let consumer = Obedient::default();
        for batch in [json!({}), json!({"Records": [{"body": "{}"}]})] {
            let answer = consume(&surroundings(), batch, |event: Envelope| consumer.handle(event)).await;
            assert!(answer.is_err());
        }
        assert_eq!(consumed(&[]).await.0, json!({"batchItemFailures": []}));
    }

    #[test]
    fn a_reason_never_repeats_a_body() {
        let mut secret = message("m", "work");
        secret["body"] = json!(r#"{"detail": "ada@example.com"}"#);
        let error = read::<Envelope>(&secret).unwrap().message.unwrap_err();
        assert_eq!(error.to_string(), "cannot be handled: the body is no event from line 1, column 28");
    }

    #[test]
    fn a_busy_table_is_a_reason_to_try_again() {
        let busy = StoreError::Busy { table: "t".to_owned() };
        assert_eq!(
            ConsumeError::from(busy),
            ConsumeError::Retry("the table t is busy: contention or throttling".to_owned())
        );
        let unreadable = StoreError::Unreadable { entity: "claim", version: 9, reason: "later".to_owned() };
        assert!(matches!(ConsumeError::from(unreadable), ConsumeError::Poison(_)));
        assert!(matches!(ConsumeError::from(CommitError::Cancelled(vec![])), ConsumeError::Retry(_)));
    }
}
