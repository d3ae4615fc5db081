//! From a queue to a function.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use holdfast_core::Timestamp;
use s3s::crypto::{Checksum, Md5};
use serde_json::{Map, Value, json};

use super::{Pace, broken, reported_failures};
use crate::engines::{EngineError, Filters, PatternError, QueueMessage, Sqs};
use crate::template::model::{QueueMapping, REGION};
use crate::world::Parts;

/// A mapping of a queue.
#[derive(Debug)]
pub(super) struct Queue {
    function: usize,
    mapping: QueueMapping,
    filters: Filters,
    /// How many messages had arrived when the queue was last found empty.
    seen: AtomicU64,
    /// Since when messages have been gathering for a batch.
    gathering: Mutex<Option<Timestamp>>,
}

impl Queue {
    pub(super) fn new(function: usize, mapping: &QueueMapping) -> Result<Self, PatternError> {
        let filters = Filters::parse(&mapping.filters)?;
        Ok(Self {
            function,
            mapping: mapping.clone(),
            filters,
            seen: AtomicU64::new(u64::MAX),
            gathering: Mutex::default(),
        })
    }

    pub(super) fn arn(&self) -> &str {
        &self.mapping.queue
    }

    pub(super) fn most_concurrent(&self) -> Option<u32> {
        self.mapping.most_concurrent
    }

    pub(super) fn stirred(&self, parts: &Parts) -> bool {
        self.seen.load(Ordering::SeqCst) != parts.engines.sqs.arrivals(&self.mapping.queue)
    }

    pub(super) async fn turn(&self, parts: &Parts, pace: Pace) -> Result<bool, EngineError> {
        let sqs = &parts.engines.sqs;
        if pace == Pace::Steady && self.still_gathers(sqs, parts.ambient.now())? {
            return Ok(false);
        }
        let arrivals = sqs.arrivals(&self.mapping.queue);
        let most = usize::try_from(self.mapping.batch_size).unwrap_or(usize::MAX);
        let messages = sqs.receive(&self.mapping.queue, most).map_err(broken)?;
        if messages.is_empty() {
            self.seen.store(arrivals, Ordering::SeqCst);
            return Ok(false);
        }
        let mut messages = self.let_through(parts, messages)?;
        parts.faults.reorder(&mut messages);
        let (batch, dropped): (Vec<_>, Vec<_>) = messages
            .into_iter()
            .map(|message| (record(&self.mapping.queue, &message), message))
            .partition(|(record, _)| self.filters.take_message(record));
        for (_, message) in &dropped {
            sqs.delete(&message.receipt).map_err(broken)?;
        }
        if !batch.is_empty() {
            self.deliver(parts, batch).await?;
        }
        Ok(true)
    }

    /// The messages without those that are held back on purpose.
    fn let_through(&self, parts: &Parts, messages: Vec<QueueMessage>) -> Result<Vec<QueueMessage>, EngineError> {
        let mut kept = Vec::with_capacity(messages.len());
        for message in messages {
            match parts.faults.delay().filter(|_| message.receives == 1) {
                Some(delay) => parts.engines.sqs.release(&message.receipt, delay).map_err(broken)?,
                None => kept.push(message),
            }
        }
        Ok(kept)
    }

    async fn deliver(&self, parts: &Parts, batch: Vec<(Value, QueueMessage)>) -> Result<(), EngineError> {
        let twice: Vec<Value> =
            batch.iter().filter(|_| parts.faults.duplicate()).map(|(record, _)| record.clone()).collect();
        let (records, messages): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
        let answer = parts.functions.call(self.function, json!({"Records": records})).await;
        if !twice.is_empty() {
            // What comes of the second delivery changes nothing: the first one's answer counts.
            drop(parts.functions.call(self.function, json!({"Records": twice})).await);
        }
        // What failed stays unseen until its visibility timeout ends, and comes again.
        let Ok(answer) = answer else { return Ok(()) };
        let failed = if self.mapping.partial_batches { reported_failures(&answer) } else { Some(Vec::new()) };
        // A name that is none of the batch's is a bug of the function: Lambda then takes the whole batch as failed.
        let known = |name: &&str| messages.iter().any(|message| message.id == **name);
        let Some(failed) = failed.filter(|failed| failed.iter().all(known)) else { return Ok(()) };
        for message in messages.iter().filter(|message| !failed.contains(&message.id.as_str())) {
            parts.engines.sqs.delete(&message.receipt).map_err(broken)?;
        }
        Ok(())
    }

    /// Whether a batch that is not full yet has time left to become so.
    fn still_gathers(&self, sqs: &Sqs, now: Timestamp) -> Result<bool, EngineError> {
        if self.mapping.window.is_zero() {
            return Ok(false);
        }
        let waiting = sqs.depths(&self.mapping.queue).map_err(broken)?.visible;
        let mut gathering = self.gathering.lock().unwrap_or_else(PoisonError::into_inner);
        let full = waiting >= u64::from(self.mapping.batch_size);
        let since = *gathering.get_or_insert(now);
        if waiting > 0 && !full && now.duration_since(since) < window(self.mapping.window) {
            return Ok(true);
        }
        *gathering = None;
        Ok(false)
    }

    pub(super) fn next_due(&self) -> Option<Timestamp> {
        let since = *self.gathering.lock().unwrap_or_else(PoisonError::into_inner);
        since?.checked_add(window(self.mapping.window)).ok()
    }
}

fn window(window: Duration) -> jiff::SignedDuration {
    jiff::SignedDuration::try_from(window).unwrap_or(jiff::SignedDuration::MAX)
}

/// A message in Lambda's shape.
fn record(queue: &str, message: &QueueMessage) -> Value {
    let md5: String = Md5::checksum(message.body.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    json!({
        "messageId": message.id,
        "receiptHandle": message.receipt,
        "body": message.body,
        "attributes": message.system_attributes(),
        "messageAttributes": message_attributes(&message.attributes),
        "md5OfBody": md5,
        "eventSource": "aws:sqs",
        "eventSourceARN": queue,
        "awsRegion": REGION,
    })
}

/// Lambda writes the attributes' fields otherwise than SQS does.
fn message_attributes(attributes: &Value) -> Value {
    let attributes = attributes.as_object().into_iter().flatten();
    let attributes = attributes.map(|(name, value)| {
        let mut fields = Map::new();
        for (ours, theirs) in [("stringValue", "StringValue"), ("binaryValue", "BinaryValue"), ("dataType", "DataType")]
        {
            if let Some(field) = value.get(theirs) {
                fields.insert(ours.to_owned(), field.clone());
            }
        }
        fields.insert("stringListValues".to_owned(), json!([]));
        fields.insert("binaryListValues".to_owned(), json!([]));
        (name.clone(), Value::Object(fields))
    });
    Value::Object(attributes.collect())
}
