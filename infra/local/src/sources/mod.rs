//! What calls functions beside the API: queues, streams and schedules, as Lambda's event source mappings and
//! EventBridge do.

mod expression;
mod queues;
mod schedules;
mod streams;
mod upkeep;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use holdfast_core::Timestamp;
use serde_json::Value;

pub use self::expression::ExpressionError;
use self::queues::Queue;
use self::schedules::Schedule;
use self::streams::Stream;
use self::upkeep::Upkeep;
use crate::engines::{EngineError, PatternError, Refusal};
use crate::template::model::{EventSource, Stack};
use crate::world::Parts;

/// One mapping, one schedule, or the engines' own upkeep.
#[derive(Debug)]
pub(crate) struct Source {
    /// The function that it calls, by its name in the template.
    function: String,
    enabled: AtomicBool,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Queue(Queue),
    Stream(Stream),
    Schedule(Schedule),
    Upkeep(Upkeep),
    /// The payment gateway, which calls a function's route rather than a function.
    Gateway,
}

/// Why the sources of a template cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A filter is none.
    #[error("{function}: {source}")]
    Filter {
        /// Whose.
        function: String,
        /// What is wrong with it.
        source: PatternError,
    },
    /// A schedule is none.
    #[error("{function}: {source}")]
    Schedule {
        /// Whose.
        function: String,
        /// What is wrong with it.
        source: ExpressionError,
    },
    /// What was kept of it cannot be read.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// Whether a batch may still gather.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// A batch waits for its window to pass, as at AWS.
    Steady,
    /// Windows are not waited for: somebody waits for all work to be done.
    Hurried,
}

/// All sources of a stack.
pub(crate) fn of(stack: &Stack, parts: &Parts) -> Result<Vec<Source>, SourceError> {
    let mut sources = Vec::new();
    for (at, spec) in stack.functions.iter().enumerate() {
        for (nth, event) in spec.events.iter().enumerate() {
            let function = || spec.logical_id.clone();
            let filter = |source| SourceError::Filter { function: function(), source };
            let (enabled, kind) = match event {
                EventSource::Http(_) => continue,
                EventSource::Queue(queue) => (queue.enabled, Kind::Queue(Queue::new(at, queue).map_err(filter)?)),
                EventSource::Stream(stream) => {
                    let name = format!("{}/{}", spec.logical_id, stream.table);
                    let place = parts.engines.store.checkpoint(&name)?;
                    (stream.enabled, Kind::Stream(Stream::new(at, name, spec, stream, place).map_err(filter)?))
                }
                EventSource::Schedule(schedule) => {
                    let source = |source| SourceError::Schedule { function: function(), source };
                    let name = format!("{}/{nth}", spec.logical_id);
                    let last = parts.engines.store.last_run(&name)?;
                    let last = last.unwrap_or_else(|| parts.ambient.now());
                    parts.engines.store.set_last_run(&name, last)?;
                    (schedule.enabled, Kind::Schedule(Schedule::new(at, name, spec, schedule, last).map_err(source)?))
                }
            };
            sources.push(Source { function: function(), enabled: AtomicBool::new(enabled), kind });
        }
    }
    let kind = Kind::Upkeep(Upkeep::new(stack, parts.ambient.now()));
    for kind in [kind, Kind::Gateway] {
        sources.push(Source { function: String::new(), enabled: AtomicBool::new(true), kind });
    }
    Ok(sources)
}

impl Source {
    /// The function that it calls.
    pub(crate) fn function(&self) -> &str {
        &self.function
    }

    /// Switches it on or off.
    pub(crate) fn enable(&self, enabled: bool) {
        self.enabled.store(enabled, Ordering::SeqCst);
    }

    /// How many batches may be under way at once.
    pub(crate) fn lanes(&self) -> u32 {
        /// More would only wait for one another on a laptop.
        const MOST: u32 = 4;
        match &self.kind {
            Kind::Queue(queue) => queue.most_concurrent().unwrap_or(MOST).min(MOST),
            Kind::Stream(_) | Kind::Schedule(_) | Kind::Upkeep(_) | Kind::Gateway => 1,
        }
    }

    /// Does one batch's, one run's work if any is due.
    pub(crate) async fn turn(&self, parts: &Parts, all: &[Self], pace: Pace) -> bool {
        if !self.enabled.load(Ordering::SeqCst) {
            return false;
        }
        let done = match &self.kind {
            Kind::Queue(queue) => queue.turn(parts, pace).await,
            Kind::Stream(stream) => stream.turn(parts, pace).await,
            Kind::Schedule(schedule) => schedule.turn(parts).await,
            Kind::Upkeep(upkeep) => upkeep.turn(parts, all),
            Kind::Gateway => parts.engines.gateway.turn().await,
        };
        done.unwrap_or_else(|error| {
            tracing::error!(function = self.function, %error, "an event source failed");
            false
        })
    }

    /// Whether something may be due that was not before: cheap, and true when in doubt.
    pub(crate) fn stirred(&self, parts: &Parts) -> bool {
        match &self.kind {
            Kind::Queue(queue) => queue.stirred(parts),
            Kind::Stream(stream) => stream.stirred(parts),
            Kind::Gateway => parts.engines.gateway.stirred(),
            Kind::Schedule(_) | Kind::Upkeep(_) => false,
        }
    }

    /// Whether it has something to do now. What the engines know is handed in: the queues with messages, and whether the payment
    /// gateway has something to do.
    pub(crate) fn is_due(&self, parts: &Parts, now: Timestamp, waiting: &BTreeSet<String>, gateway: bool) -> bool {
        let by_time = |due: Option<Timestamp>| due.is_some_and(|due| due <= now);
        let due = match &self.kind {
            Kind::Queue(queue) => waiting.contains(queue.arn()),
            Kind::Stream(stream) => stream.stirred(parts) && stream.next_due().is_none_or(|due| due <= now),
            Kind::Schedule(schedule) => by_time(schedule.next_due()),
            Kind::Upkeep(upkeep) => upkeep.next_due() <= now,
            Kind::Gateway => gateway,
        };
        due && self.enabled.load(Ordering::SeqCst)
    }

    /// When it has work next, as far as time alone decides and the engines do not know better.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        if !self.enabled.load(Ordering::SeqCst) {
            return None;
        }
        match &self.kind {
            Kind::Queue(queue) => queue.next_due(),
            Kind::Stream(stream) => stream.next_due(),
            Kind::Schedule(schedule) => schedule.next_due(),
            Kind::Upkeep(upkeep) => Some(upkeep.next_due()),
            Kind::Gateway => None,
        }
    }
}

/// The items that a partial batch response reports as failed; none when it says so of the whole batch.
pub(crate) fn reported_failures(answer: &Value) -> Option<Vec<&str>> {
    let reported = match answer.get("batchItemFailures") {
        None | Some(Value::Null) => return Some(Vec::new()),
        Some(reported) => reported.as_array()?,
    };
    let names = reported.iter().map(|item| item["itemIdentifier"].as_str().filter(|name| !name.is_empty()));
    names.collect()
}

/// A queue's answer that is no answer of a queue: the local database failed.
fn broken(refusal: Refusal) -> EngineError {
    EngineError::Dynamo(refusal.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_partial_answer_names_what_failed_and_nonsense_fails_all() {
        assert_eq!(reported_failures(&Value::Null), Some(vec![]));
        assert_eq!(reported_failures(&json!({"batchItemFailures": []})), Some(vec![]));
        let answer = json!({"batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": "b"}]});
        assert_eq!(reported_failures(&answer), Some(vec!["a", "b"]));
        for item in [json!({}), json!({"itemIdentifier": ""}), json!({"itemIdentifier": null}), json!("a")] {
            assert_eq!(reported_failures(&json!({"batchItemFailures": [item]})), None);
        }
        assert_eq!(reported_failures(&json!({"batchItemFailures": "a"})), None);
    }
}
