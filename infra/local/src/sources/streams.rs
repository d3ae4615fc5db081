//! From a table's stream to a function: in order, and never past what has not been handled.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex as StdMutex, PoisonError};

use holdfast_core::Timestamp;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::{Pace, reported_failures};
use crate::engines::{EngineError, Filters, PatternError, Position};
use crate::template::model::{FunctionSpec, StreamMapping};
use crate::world::Parts;

/// A batch is tried again at once so many times, as what failed by chance mostly passes then.
const PROMPT_RETRIES: u32 = 2;
/// And at least so often after that.
const LONGEST_PAUSE_S: i64 = 60;

/// A mapping of a stream.
#[derive(Debug)]
pub(super) struct Stream {
    function: usize,
    function_arn: String,
    /// What its place is kept under.
    name: String,
    mapping: StreamMapping,
    filters: Filters,
    /// What has been handled: everything up to here.
    place: AtomicI64,
    /// How many writes the table had seen when the stream was last read to its end.
    seen: AtomicU64,
    /// Not before.
    wait: StdMutex<Option<Timestamp>>,
    attempt: Mutex<Attempt>,
}

/// How the batch at the present place has fared.
#[derive(Debug, Default)]
struct Attempt {
    /// Failures in a row.
    failures: u32,
    /// Failures that count against the mapping's retries.
    counted: u32,
    /// At most so many records at the next try: a batch that failed is halved.
    most: Option<usize>,
    /// Since when records have been gathering for a batch.
    gathering: Option<Timestamp>,
    /// Held back once already, on purpose.
    held: bool,
}

impl Stream {
    pub(super) fn new(
        function: usize,
        name: String,
        spec: &FunctionSpec,
        mapping: &StreamMapping,
        place: i64,
    ) -> Result<Self, PatternError> {
        Ok(Self {
            function,
            function_arn: spec.arn.clone(),
            name,
            mapping: mapping.clone(),
            filters: Filters::parse(&mapping.filters)?,
            place: AtomicI64::new(place),
            // No table has seen so many: the first look is always taken.
            seen: AtomicU64::new(u64::MAX),
            wait: StdMutex::default(),
            attempt: Mutex::default(),
        })
    }

    pub(super) fn table(&self) -> &str {
        &self.mapping.table
    }

    pub(super) fn place(&self) -> Position {
        Position(self.place.load(Ordering::SeqCst))
    }

    pub(super) fn stirred(&self, parts: &Parts) -> bool {
        self.seen.load(Ordering::SeqCst) != parts.engines.dynamo.writes(&self.mapping.table)
    }

    pub(super) fn next_due(&self) -> Option<Timestamp> {
        *self.wait.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) async fn turn(&self, parts: &Parts, pace: Pace) -> Result<bool, EngineError> {
        let mut attempt = self.attempt.lock().await;
        let now = parts.ambient.now();
        let gathers = attempt.gathering.is_some();
        let waits = self.next_due().is_some_and(|until| now < until);
        if (waits && !(gathers && pace == Pace::Hurried)) || !self.stirred(parts) {
            return Ok(false);
        }
        let writes = parts.engines.dynamo.writes(&self.mapping.table);
        let size = usize::try_from(self.mapping.batch_size).unwrap_or(usize::MAX);
        let most = attempt.most.unwrap_or(size);
        let batch = parts.engines.dynamo.stream(&self.mapping.table, self.place(), most)?;
        let records: Vec<Value> = batch.records.into_iter().filter(|record| self.filters.take(record)).collect();
        if records.is_empty() {
            let moved = batch.end != self.place();
            self.move_to(parts, batch.end)?;
            if !batch.more {
                self.seen.store(writes, Ordering::SeqCst);
            }
            return Ok(moved);
        }
        if pace == Pace::Steady
            && attempt.failures == 0
            && records.len() < most
            && self.gathers(parts, &mut attempt, now)
        {
            return Ok(false);
        }
        if let Some(delay) = self.holds_back(parts, &mut attempt) {
            self.wait_for(parts, delay);
            return Ok(false);
        }
        attempt.gathering = None;
        *self.wait.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let first = records.first().and_then(place_of);
        let answer = parts.functions.call(self.function, json!({"Records": records})).await;
        if parts.faults.duplicate() {
            // As when the note of the place is lost: the same records come again.
            drop(parts.functions.call(self.function, json!({"Records": records})).await);
        }
        let reported = answer.as_ref().ok().map(|answer| self.first_failure(answer));
        match reported {
            Some(Some(Outcome::Done)) => {
                *attempt = Attempt::default();
                self.move_to(parts, batch.end)?;
                if !batch.more {
                    self.seen.store(writes, Ordering::SeqCst);
                }
            }
            // A record further on: those before it are done with.
            Some(Some(Outcome::From(failed))) if Some(failed) > first && failed <= batch.end => {
                *attempt = Attempt { failures: 1, counted: 1, ..Attempt::default() };
                self.move_to(parts, failed.before())?;
            }
            Some(Some(Outcome::From(_)) | None) | None => {
                self.fail(parts, &mut attempt, &records, batch.end)?;
            }
        }
        Ok(true)
    }

    /// Where a retry begins; none when the answer fails the whole batch.
    fn first_failure(&self, answer: &Value) -> Option<Outcome> {
        if !self.mapping.partial_batches {
            return Some(Outcome::Done);
        }
        let failures = reported_failures(answer)?;
        let places: Option<Vec<Position>> = failures.into_iter().map(Position::of).collect();
        Some(places?.into_iter().min().map_or(Outcome::Done, Outcome::From))
    }

    fn fail(&self, parts: &Parts, attempt: &mut Attempt, records: &[Value], end: Position) -> Result<(), EngineError> {
        attempt.failures += 1;
        if self.mapping.bisect && records.len() > 1 {
            // Halving does not count against the retries.
            attempt.most = Some(records.len().div_ceil(2));
        } else {
            attempt.counted += 1;
            if self.mapping.most_retries.is_some_and(|most| attempt.counted > most) {
                self.give_up(parts, attempt.failures, records)?;
                *attempt = Attempt::default();
                return self.move_to(parts, end);
            }
        }
        if attempt.failures > PROMPT_RETRIES {
            let pause_s = 1_i64.checked_shl(attempt.failures - PROMPT_RETRIES - 1).unwrap_or(LONGEST_PAUSE_S);
            self.wait_for(parts, SignedDuration::from_secs(pause_s.clamp(1, LONGEST_PAUSE_S)));
        }
        Ok(())
    }

    /// Hands records that failed for good to the mapping's destination, whole to a bucket, by their place to a queue.
    fn give_up(&self, parts: &Parts, invocations: u32, records: &[Value]) -> Result<(), EngineError> {
        let Some(destination) = &self.mapping.on_failure else {
            tracing::error!(reader = self.name, records = records.len(), "records were given up");
            return Ok(());
        };
        let at = parts.ambient.now();
        let sequence = |record: Option<&Value>| record.map(|record| record["dynamodb"]["SequenceNumber"].clone());
        let mut note = json!({
            "requestContext": {
                "requestId": format!("{}-{}", self.name, at.as_millisecond()),
                "functionArn": self.function_arn,
                "condition": "RetryAttemptsExhausted",
                "approximateInvokeCount": invocations,
            },
            "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
            "version": "1.0",
            "timestamp": at.to_string(),
            "DDBStreamBatchInfo": {
                "shardId": "shardId-local",
                "startSequenceNumber": sequence(records.first()),
                "endSequenceNumber": sequence(records.last()),
                "batchSize": records.len(),
                "streamArn": records.first().map(|record| &record["eventSourceARN"]),
            },
        });
        if destination.starts_with("arn:aws:s3:") {
            note["payload"] = json!({"Records": records}).to_string().into();
            let day = at.strftime("%Y/%m/%d/%Y-%m-%dT%H.%M.%S");
            let key = format!("aws/lambda/{}/shardId-local/{day}-{}", self.name.replace('/', "-"), self.place().0);
            parts.engines.s3.put(destination, &key, note.to_string().as_bytes())
        } else {
            parts.engines.sqs.send(destination, &note.to_string(), None).map(drop).map_err(super::broken)
        }
    }

    fn gathers(&self, parts: &Parts, attempt: &mut Attempt, now: Timestamp) -> bool {
        let window = SignedDuration::try_from(self.mapping.window).unwrap_or(SignedDuration::ZERO);
        let left = window - now.duration_since(*attempt.gathering.get_or_insert(now));
        if left.is_positive() {
            self.wait_for(parts, left);
        }
        left.is_positive()
    }

    /// A fresh batch may be held back, once.
    fn holds_back(&self, parts: &Parts, attempt: &mut Attempt) -> Option<SignedDuration> {
        if attempt.held || attempt.failures > 0 {
            return None;
        }
        let delay = SignedDuration::try_from(parts.faults.delay()?).ok()?;
        attempt.held = true;
        Some(delay)
    }

    fn move_to(&self, parts: &Parts, place: Position) -> Result<(), EngineError> {
        if place != self.place() {
            self.place.store(place.0, Ordering::SeqCst);
            parts.engines.store.set_checkpoint(&self.name, place.0)?;
        }
        Ok(())
    }

    fn wait_for(&self, parts: &Parts, pause: SignedDuration) {
        let until = parts.ambient.now().checked_add(pause).ok();
        *self.wait.lock().unwrap_or_else(PoisonError::into_inner) = until;
        // Whoever keeps watch over the time must look again.
        parts.engines.pulse.beat();
    }
}

fn place_of(record: &Value) -> Option<Position> {
    Position::of(record["dynamodb"]["SequenceNumber"].as_str()?)
}

/// What a function says of a batch.
enum Outcome {
    Done,
    /// Everything before this record is.
    From(Position),
}
