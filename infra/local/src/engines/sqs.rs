//! SQS: standard queues with delays, visibility, receive counts and dead-letter queues.
//!
//! Here is what queues do; `wire` is how the API words it.

mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;

use super::{EngineError, Pulse, Refusal, uuid};
use crate::clock::WorldClock;
use crate::store::Store;
use crate::template::model::{QueueSpec, Stack};

/// A message and its attributes: 1 MiB.
const LARGEST: usize = 1_048_576;
/// The longest that a message can be held back.
const LONGEST_DELAY_S: u64 = 900;
/// The longest that a received message can stay unseen.
const LONGEST_VISIBILITY_S: u64 = 43_200;

/// A message as it was received.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueMessage {
    /// Its id: the same at each receive.
    pub id: String,
    /// This receive's handle.
    pub receipt: String,
    /// What it says.
    pub body: String,
    /// How often it was received, this time among them.
    pub receives: u32,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// When it was first received.
    pub first_received_at: Timestamp,
    /// The sender's attributes: SQS's own JSON.
    pub attributes: Value,
}

/// How many messages a queue holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Depths {
    /// That can be received.
    pub visible: u64,
    /// That were received and are neither deleted nor back.
    pub in_flight: u64,
    /// That were sent with a delay.
    pub delayed: u64,
}

impl Depths {
    /// All of them.
    pub fn total(self) -> u64 {
        self.visible + self.in_flight + self.delayed
    }
}

/// SQS.
#[derive(Debug)]
pub struct Sqs {
    queues: BTreeMap<String, QueueSpec>,
    arrivals: BTreeMap<String, AtomicU64>,
    store: Store,
    clock: WorldClock,
    pulse: Pulse,
}

fn ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn no_such_queue() -> Refusal {
    Refusal::new("QueueDoesNotExist", "The specified queue does not exist.")
}

impl Sqs {
    pub(super) fn new(stack: &Stack, store: Store, clock: WorldClock, pulse: Pulse) -> Self {
        let queues = stack.queues.iter().map(|queue| (queue.arn.clone(), queue.clone())).collect();
        let arrivals = stack.queues.iter().map(|queue| (queue.arn.clone(), AtomicU64::new(0))).collect();
        Self { queues, arrivals, store, clock, pulse }
    }

    /// A number that grows with each message that a queue gets: unchanged means that only time can bring it more.
    pub fn arrivals(&self, arn: &str) -> u64 {
        self.arrivals.get(arn).map_or(0, |arrivals| arrivals.load(Ordering::SeqCst))
    }

    fn note_arrival(&self, arn: &str) {
        if let Some(arrivals) = self.arrivals.get(arn) {
            arrivals.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn queue(&self, arn: &str) -> Result<&QueueSpec, Refusal> {
        self.queues.get(arn).ok_or_else(no_such_queue)
    }

    /// The ARN of the queue at a URL.
    pub(crate) fn arn_at(&self, url: &str) -> Option<&str> {
        self.queues.values().find(|queue| queue.url == url).map(|queue| queue.arn.as_str())
    }

    /// Sends a message; the queue's own delay holds where none is given.
    pub fn send(&self, arn: &str, body: &str, delay: Option<Duration>) -> Result<String, Refusal> {
        self.send_with(arn, body, &Value::Null, delay)
    }

    fn send_with(&self, arn: &str, body: &str, attributes: &Value, delay: Option<Duration>) -> Result<String, Refusal> {
        let queue = self.queue(arn)?;
        if body.is_empty() {
            return Err(Refusal::new("MissingParameter", "The request must contain the parameter MessageBody."));
        }
        let size = body.len() + if attributes.is_null() { 0 } else { attributes.to_string().len() };
        if size > LARGEST {
            let reason =
                format!("One or more parameters are invalid. Reason: Message must be shorter than {LARGEST} bytes.");
            return Err(Refusal::new("InvalidParameterValue", reason));
        }
        let delay = delay.unwrap_or(queue.delay);
        if delay.as_secs() > LONGEST_DELAY_S {
            let reason = format!(
                "Value {} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= {LONGEST_DELAY_S}.",
                delay.as_secs()
            );
            return Err(Refusal::new("InvalidParameterValue", reason));
        }
        let now = self.clock.millis();
        let (visible, expires) = (now + ms(delay), now + ms(queue.retention));
        let id = self.store.transaction(|db| {
            db.prepare_cached(
                "INSERT INTO messages (queue, message_id, body, attributes, sent_ms, visible_ms, expires_ms)
                 VALUES (?1, '', ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![arn, body, attributes.to_string(), now, visible, expires])?;
            let row = db.last_insert_rowid();
            let id = uuid(0x5051, row);
            db.prepare_cached("UPDATE messages SET message_id = ?2 WHERE id = ?1")?.execute(params![row, id])?;
            Ok(id)
        })?;
        self.note_arrival(arn);
        self.pulse.beat();
        Ok(id)
    }

    /// At most `most` messages, each unseen by others for the queue's visibility timeout. Those that were
    /// received too often already go to the dead-letter queue instead.
    pub fn receive(&self, arn: &str, most: usize) -> Result<Vec<QueueMessage>, Refusal> {
        let visibility = self.queue(arn)?.visibility;
        self.receive_for(arn, most, visibility)
    }

    fn receive_for(&self, arn: &str, most: usize, visibility: Duration) -> Result<Vec<QueueMessage>, Refusal> {
        let queue = self.queue(arn)?;
        let now = self.clock.millis();
        // A look first: an idle queue is asked often, and should cost no write.
        let due = self.store.with(|db| is_due(db, arn, now))?;
        if !due {
            return Ok(Vec::new());
        }
        let received = self.store.transaction(|db| {
            if let Some((dead, most_receives)) = &queue.redrive {
                let expires = now + self.queues.get(dead).map_or(ms(queue.retention), |dead| ms(dead.retention));
                db.prepare_cached(
                    "UPDATE messages SET queue = ?3, source = ?1, receives = 0, taken = 0, visible_ms = ?2, expires_ms = ?5
                     WHERE queue = ?1 AND visible_ms <= ?2 AND receives >= ?4",
                )?
                .execute(params![arn, now, dead, most_receives, expires])?;
            }
            take(db, arn, now, now + ms(visibility), most)
        })?;
        if let Some((dead, _)) = &queue.redrive {
            self.note_arrival(dead);
        }
        self.pulse.beat();
        Ok(received)
    }

    /// Deletes a received message; answers whether the receipt was still the latest.
    pub fn delete(&self, receipt: &str) -> Result<bool, Refusal> {
        let (id, receives) = parse_receipt(receipt)?;
        let deleted = self.store.with(|db| {
            db.prepare_cached("DELETE FROM messages WHERE id = ?1 AND receives = ?2")?.execute(params![id, receives])
        })?;
        self.pulse.beat();
        Ok(deleted > 0)
    }

    /// Makes a received message visible again `after` from now.
    pub fn release(&self, receipt: &str, after: Duration) -> Result<(), Refusal> {
        let (id, receives) = parse_receipt(receipt)?;
        if after.as_secs() > LONGEST_VISIBILITY_S {
            let reason = "VisibilityTimeout must be between 0 and 43200 seconds.";
            return Err(Refusal::new("InvalidParameterValue", reason));
        }
        let visible = self.clock.millis() + ms(after);
        let released = self.store.with(|db| {
            db.prepare_cached("UPDATE messages SET visible_ms = ?3 WHERE id = ?1 AND receives = ?2")?
                .execute(params![id, receives, visible])
        })?;
        // Whose it is, the receipt does not say.
        for arrivals in self.arrivals.values() {
            arrivals.fetch_add(1, Ordering::SeqCst);
        }
        self.pulse.beat();
        if released == 0 {
            return Err(Refusal::new("MessageNotInflight", "The message is not in flight."));
        }
        Ok(())
    }

    /// Moves what lies in a queue of dead letters back to where each message came from, or all of it to `to`; how many. One that a
    /// rule put there came from no queue, and stays unless `to` is named.
    pub fn redrive(&self, arn: &str, to: Option<&str>) -> Result<usize, Refusal> {
        self.queue(arn)?;
        if let Some(to) = to {
            self.queue(to)?;
        }
        let now = self.clock.millis();
        let moved = self.store.with(|db| {
            db.prepare_cached(
                "UPDATE messages SET queue = coalesce(?2, source), source = NULL, receives = 0, taken = 0, first_ms = NULL, visible_ms = ?3
                 WHERE queue = ?1 AND visible_ms <= ?3 AND coalesce(?2, source) IS NOT NULL",
            )?
            .execute(params![arn, to, now])
        })?;
        for arrivals in self.arrivals.values() {
            arrivals.fetch_add(1, Ordering::SeqCst);
        }
        self.pulse.beat();
        Ok(moved)
    }

    /// How many messages a queue holds. Those past their retention are dropped on the way.
    pub fn depths(&self, arn: &str) -> Result<Depths, Refusal> {
        self.queue(arn)?;
        let now = self.clock.millis();
        Ok(self.store.with(|db| {
            db.prepare_cached("DELETE FROM messages WHERE queue = ?1 AND expires_ms <= ?2")?
                .execute(params![arn, now])?;
            let mut counts = db.prepare_cached(
                "SELECT count(*) FILTER (WHERE visible_ms <= ?2), count(*) FILTER (WHERE visible_ms > ?2 AND taken),
                        count(*) FILTER (WHERE visible_ms > ?2 AND NOT taken)
                 FROM messages WHERE queue = ?1",
            )?;
            counts.query_row(params![arn, now], |row| {
                Ok(Depths { visible: row.get(0)?, in_flight: row.get(1)?, delayed: row.get(2)? })
            })
        })?)
    }

    /// The queues in which a message can be received now.
    pub(crate) fn waiting(&self) -> Result<BTreeSet<String>, EngineError> {
        let now = self.clock.millis();
        let sql = "SELECT DISTINCT queue FROM messages WHERE visible_ms <= ?1 AND expires_ms > ?1";
        self.store.with(|db| db.prepare_cached(sql)?.query_map([now], |row| row.get(0))?.collect())
    }

    /// When the next message that is held back or in flight can be received.
    pub fn next_due(&self) -> Result<Option<Timestamp>, EngineError> {
        let now = self.clock.millis();
        let mut next: Option<i64> = None;
        for arn in self.queues.keys() {
            let sql = "SELECT MIN(visible_ms) FROM messages WHERE queue = ?1 AND visible_ms > ?2";
            let due = self
                .store
                .with(|db| db.prepare_cached(sql)?.query_row(params![arn, now], |row| row.get::<_, Option<i64>>(0)))?;
            next = [next, due].into_iter().flatten().min();
        }
        Ok(next.and_then(|due| Timestamp::from_millisecond(due).ok()))
    }

    /// What lies in a queue, received or not, oldest first: for a look from outside.
    pub fn peek(&self, arn: &str) -> Result<Vec<String>, EngineError> {
        self.store.with(|db| {
            db.prepare_cached("SELECT body FROM messages WHERE queue = ?1 ORDER BY id")?
                .query_map([arn], |row| row.get(0))?
                .collect()
        })
    }
}

impl QueueMessage {
    /// What SQS says of it: `ApproximateReceiveCount` and the like, as texts.
    pub fn system_attributes(&self) -> BTreeMap<&'static str, String> {
        BTreeMap::from([
            ("ApproximateReceiveCount", self.receives.to_string()),
            ("ApproximateFirstReceiveTimestamp", self.first_received_at.as_millisecond().to_string()),
            ("SentTimestamp", self.sent_at.as_millisecond().to_string()),
            ("SenderId", crate::template::model::ACCOUNT.to_owned()),
        ])
    }
}

fn is_due(db: &Connection, arn: &str, now: i64) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM messages WHERE queue = ?1 AND visible_ms <= ?2 AND expires_ms > ?2 LIMIT 1";
    Ok(db.prepare_cached(sql)?.query_row(params![arn, now], |_| Ok(())).optional()?.is_some())
}

fn take(db: &Connection, arn: &str, now: i64, until: i64, most: usize) -> rusqlite::Result<Vec<QueueMessage>> {
    let mut due = db.prepare_cached(
        "SELECT id, message_id, body, attributes, sent_ms, receives + 1, coalesce(first_ms, ?2) FROM messages
         WHERE queue = ?1 AND visible_ms <= ?2 AND expires_ms > ?2 ORDER BY visible_ms, id LIMIT ?3",
    )?;
    let at = |ms: i64| Timestamp::from_millisecond(ms).unwrap_or_default();
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let rows = due.query_map(params![arn, now, most], |row| {
        let (id, receives): (i64, u32) = (row.get(0)?, row.get(5)?);
        let message = QueueMessage {
            id: row.get(1)?,
            receipt: format!("{id}:{receives}"),
            body: row.get(2)?,
            receives,
            sent_at: at(row.get(4)?),
            first_received_at: at(row.get(6)?),
            attributes: serde_json::from_str(&row.get::<_, String>(3)?).unwrap_or_default(),
        };
        Ok((id, message))
    })?;
    let messages = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    let mut mark = db.prepare_cached(
        "UPDATE messages SET receives = receives + 1, taken = 1, visible_ms = ?2, first_ms = coalesce(first_ms, ?3)
         WHERE id = ?1",
    )?;
    for (id, _) in &messages {
        mark.execute(params![id, until, now])?;
    }
    Ok(messages.into_iter().map(|(_, message)| message).collect())
}

fn parse_receipt(receipt: &str) -> Result<(i64, u32), Refusal> {
    let parts = receipt.split_once(':').and_then(|(id, receives)| Some((id.parse().ok()?, receives.parse().ok()?)));
    parts.ok_or_else(|| Refusal::new("ReceiptHandleIsInvalid", "The input receipt handle is invalid."))
}

#[cfg(test)]
mod tests;
