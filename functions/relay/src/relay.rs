//! A batch of the stream: what of it goes on the bus, and what comes again.

use aws_sdk_sqs::Client;
use aws_smithy_types::error::display::DisplayErrorContext;
use holdfast_events::Failures;
use holdfast_events::stream::{self, Unreadable};
use holdfast_runtime::{BoxError, FromInit, Init, InitError, SpanKind, Telemetry};
use serde_json::Value;

use crate::bus::{Bus, Outcome};
use crate::entry::{Entry, batches};

/// Relays one table's events.
#[derive(Clone, Debug)]
pub(crate) struct Relay {
    bus: Bus,
    source: String,
    queues: Client,
    dead_letters: String,
    telemetry: Telemetry,
}

impl FromInit for Relay {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self {
            bus: Bus::new(init)?,
            source: init.env.text("EVENT_SOURCE")?.to_owned(),
            queues: init.aws.sqs(),
            dead_letters: init.env.text("RELAY_DEAD_LETTERS_URL")?.to_owned(),
            telemetry: init.telemetry.clone(),
        })
    }
}

/// A record that has to come again, and with it all that follow it in its shard.
#[derive(Debug)]
struct Stuck {
    at: usize,
    reason: String,
}

impl Relay {
    /// Relays a batch, in its order, up to the first record that is stuck.
    pub(crate) async fn relay(&self, batch: Value) -> Result<Value, BoxError> {
        let records = batch.get("Records").and_then(Value::as_array).ok_or("the event is not a stream's")?;
        let mut failures = Failures::none();
        match self.relay_all(records).await {
            Ok(published) => {
                tracing::info!(source = self.source, records = records.len(), published, "relay.published");
            }
            Err(Stuck { at, reason }) => {
                // Without a place to go on from, the whole batch comes again.
                let sequence_number = records.get(at).and_then(stream::sequence_number).ok_or(reason.as_str())?;
                tracing::error!(source = self.source, sequence_number, reason, "relay.stuck");
                failures.add(sequence_number);
            }
        }
        Ok(failures.answer())
    }

    async fn relay_all(&self, records: &[Value]) -> Result<usize, Stuck> {
        let mut entries = Vec::with_capacity(records.len());
        let mut buried = Ok(());
        for (at, record) in records.iter().enumerate() {
            let unpublishable = match stream::new_event(&self.source, record) {
                Ok(None) => continue,
                Ok(Some(event)) => match Entry::new(at, event) {
                    Some(entry) => {
                        entries.push(entry);
                        continue;
                    }
                    None => "its event is too large for the bus",
                },
                Err(Unreadable(reason)) => reason,
            };
            buried = self.bury(at, record, unpublishable).await;
            if buried.is_err() {
                break;
            }
        }
        // All of these come before a record that could not be buried.
        let published = self.publish(records, entries).await?;
        buried.map(|()| published)
    }

    async fn publish(&self, records: &[Value], entries: Vec<Entry>) -> Result<usize, Stuck> {
        let mut published = 0;
        for batch in batches(entries) {
            let (taken, Outcome { left, refused, reason }) = self.put(batch).await;
            published += taken;
            let mut stuck: Vec<Stuck> =
                left.iter().map(|entry| Stuck { at: entry.at, reason: reason.clone() }).collect();
            for entry in refused {
                let record = records.get(entry.at).unwrap_or(&Value::Null);
                stuck.extend(self.bury(entry.at, record, "the bus refuses its event").await.err());
            }
            if let Some(first) = stuck.into_iter().min_by_key(|stuck| stuck.at) {
                return Err(first);
            }
        }
        Ok(published)
    }

    /// Puts a batch on the bus, each event in the trace that led to it. How many are there, and what became of the others.
    async fn put(&self, batch: Vec<Entry>) -> (usize, Outcome) {
        let begin = |entry: &Entry| {
            let work = self.telemetry.begin(SpanKind::Producer, format!("publish {}", entry.kind), entry.trace);
            (entry.at, entry.event, entry.kind.clone(), work)
        };
        let under_way: Vec<_> = batch.iter().map(begin).collect();
        let outcome = self.bus.put(batch).await;
        let mut published = 0;
        for (at, event_id, event_type, work) in under_way {
            let failed = outcome.left.iter().chain(&outcome.refused).any(|entry| entry.at == at);
            if !failed {
                published += 1;
                work.run(async { tracing::info!(%event_id, event_type, "event.published") }).await;
            }
            work.end(failed, vec![("messaging.message.id", event_id.to_string().into())]);
        }
        (published, outcome)
    }

    /// Puts a record that cannot be published where people find it, whole if that can be.
    async fn bury(&self, at: usize, record: &Value, reason: &str) -> Result<(), Stuck> {
        let message = self.queues.send_message().queue_url(&self.dead_letters).message_body(dead_letter(record));
        let sent = message.send().await;
        sent.map_err(|error| Stuck { at, reason: DisplayErrorContext(error).to_string() })?;
        let sequence_number = stream::sequence_number(record);
        tracing::error!(source = self.source, sequence_number, reason, "relay.buried");
        Ok(())
    }
}

/// The longest message that SQS takes, in bytes.
const LONGEST_MESSAGE: usize = 1_048_576;

/// A record as a message. Two images of the largest items outgrow SQS once they are JSON: then the record goes without
/// them, or its shard would stand still for ever. Key and sequence number stay, and so does the item in its table.
fn dead_letter(record: &Value) -> String {
    let whole = record.to_string();
    if whole.len() <= LONGEST_MESSAGE {
        return whole;
    }
    let mut record = record.clone();
    if let Some(change) = record.get_mut("dynamodb").and_then(Value::as_object_mut) {
        change.retain(|name, _| !matches!(name.as_str(), "NewImage" | "OldImage"));
        change.insert("ImagesLeftOut".to_owned(), Value::Bool(true));
    }
    record.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A record whose JSON is so long.
    fn record(length: usize) -> Value {
        let of = |text: String| {
            json!({"eventID": "1", "dynamodb": {
                "Keys": {"pk": {"S": "USER#1"}}, "SequenceNumber": "7",
                "OldImage": {"note": {"S": "before"}}, "NewImage": {"note": {"S": text}},
            }})
        };
        let frame = of(String::new()).to_string().len();
        of("a".repeat(length - frame))
    }

    #[test]
    fn a_record_is_buried_whole_as_long_as_a_message_holds_it() {
        let largest = record(LONGEST_MESSAGE);
        assert_eq!(dead_letter(&largest).len(), LONGEST_MESSAGE);
        assert_eq!(dead_letter(&largest), largest.to_string());
    }

    #[test]
    fn one_byte_more_is_buried_without_its_images() {
        let message: Value = serde_json::from_str(&dead_letter(&record(LONGEST_MESSAGE + 1))).unwrap();
        let change = json!({"Keys": {"pk": {"S": "USER#1"}}, "SequenceNumber": "7", "ImagesLeftOut": true});
        assert_eq!(message, json!({"eventID": "1", "dynamodb": change}));
    }
}
