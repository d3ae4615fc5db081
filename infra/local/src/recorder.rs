//! Which function used which right, and how often it called whom: what least privilege is measured by.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeSeed;

use crate::digest::Digest;
use crate::protocol::{Service, ServiceCall};

/// A right: one action on one resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Use {
    /// The function's name in the template.
    pub function: String,
    /// `dynamodb:PutItem`.
    pub action: String,
    /// The resource's ARN.
    pub resource: String,
}

/// One call of a service.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// `dynamodb`.
    pub service: &'static str,
    /// `TransactWriteItems`.
    pub operation: String,
    /// Read units that the answer reports.
    pub read_units: f64,
    /// Write units that the answer reports.
    pub write_units: f64,
    /// The HTTP status of the answer; none when it was lost.
    pub status: Option<u16>,
}

/// What was called how often, and what it consumed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    /// Calls.
    pub calls: u64,
    /// Calls that were answered with an error, or not at all.
    pub failed: u64,
    /// Read units.
    pub read_units: f64,
    /// Write units.
    pub write_units: f64,
}

#[derive(Debug, Default)]
struct Records {
    used: BTreeSet<Use>,
    refused: BTreeSet<Use>,
    tallies: BTreeMap<(String, &'static str, String), Tally>,
}

/// Remembers, from as many threads as there are.
#[derive(Debug, Default)]
pub struct Recorder {
    records: Mutex<Records>,
    /// Whether what engines use of the processor is measured.
    metering: AtomicBool,
    engines_ns: AtomicU64,
    /// What has been called so far, where somebody wants to know whether it is the same again.
    trace: Mutex<Option<Trace>>,
}

/// All calls so far, in their order.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// How many.
    pub calls: u64,
    /// The same for the same calls with the same answers.
    pub hash: u64,
    /// The same of each strand, without what functions read when they start.
    pub strands: BTreeMap<u32, u64>,
    /// Each of them in a line, where that was wanted.
    pub lines: Option<Vec<String>>,
}

impl Recorder {
    fn records(&self) -> std::sync::MutexGuard<'_, Records> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn uses(&self, function: &str, action: &str, resource: &str, allowed: bool) {
        let right = Use { function: function.to_owned(), action: action.to_owned(), resource: resource.to_owned() };
        let mut records = self.records();
        if allowed {
            records.used.insert(right)
        } else {
            records.refused.insert(right)
        };
    }

    pub(crate) fn calls(&self, function: &str, call: &Call) {
        let key = (function.to_owned(), call.service, call.operation.clone());
        let mut records = self.records();
        let tally = records.tallies.entry(key).or_default();
        tally.calls += 1;
        tally.failed += u64::from(call.status.is_none_or(|status| status >= 400));
        tally.read_units += call.read_units;
        tally.write_units += call.write_units;
    }

    /// From now on, what is called is remembered: as a hash, and perhaps line by line.
    pub fn trace(&self, in_lines: bool) {
        let lines = in_lines.then(Vec::new);
        *self.traced() = Some(Trace { lines, ..Trace::default() });
    }

    /// What was called since.
    pub fn traced_so_far(&self) -> Trace {
        self.traced().clone().unwrap_or_default()
    }

    pub(crate) fn follows(
        &self,
        (strand, function): (Option<u32>, &str),
        call: &ServiceCall,
        status: Option<u16>,
        answer: &str,
    ) {
        let mut trace = self.traced();
        let Some(trace) = trace.as_mut() else { return };
        let digest = Digest::of(&call.operation);
        let asked = digest.deserialize(&call.input).unwrap_or_default();
        let call_hash = (function, &call.operation, status, asked, digest.of_text(answer));
        let on = |before: u64| {
            let mut hasher = DefaultHasher::new();
            (before, &call_hash).hash(&mut hasher);
            hasher.finish()
        };
        trace.calls += 1;
        trace.hash = on(trace.hash);
        if let Some(strand) = strand.filter(|_| call.service != Service::Ssm) {
            let so_far = trace.strands.entry(strand).or_default();
            *so_far = on(*so_far);
        }
        if let Some(lines) = &mut trace.lines {
            let status = status.map_or("no answer".to_owned(), |status| status.to_string());
            let input = call.input.to_string();
            lines.push(format!("{:016x} {function} {} {status} {input} -> {answer}", trace.hash, call.operation));
        }
    }

    fn traced(&self) -> std::sync::MutexGuard<'_, Option<Trace>> {
        self.trace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on, what engines use of the processor is measured, on worlds of one thread: for benches.
    pub fn meter_engines(&self) {
        self.metering.store(true, Ordering::Relaxed);
    }

    /// Begins to measure an engine's work, if that is wanted.
    pub(crate) fn engine_begins(&self) -> Option<u64> {
        self.metering.load(Ordering::Relaxed).then(thread_cpu_ns)
    }

    pub(crate) fn engine_ends(&self, began_ns: Option<u64>) {
        if let Some(began_ns) = began_ns {
            self.engines_ns.fetch_add(thread_cpu_ns().saturating_sub(began_ns), Ordering::Relaxed);
        }
    }

    /// The processor's time that engines have used, in seconds: what is not the functions' own.
    pub fn engines_s(&self) -> f64 {
        Duration::from_nanos(self.engines_ns.load(Ordering::Relaxed)).as_secs_f64()
    }

    /// Every right that was used.
    pub fn used(&self) -> BTreeSet<Use> {
        self.records().used.clone()
    }

    /// Every right that was asked for and not granted.
    pub fn refused(&self) -> BTreeSet<Use> {
        self.records().refused.clone()
    }

    /// By function, service and operation, what was called how often.
    pub fn tallies(&self) -> BTreeMap<(String, &'static str, String), Tally> {
        self.records().tallies.clone()
    }

    /// Forgets the tallies, so that what follows can be counted alone; rights stay remembered.
    pub fn restart_tallies(&self) {
        self.records().tallies.clear();
    }
}

/// The processor's time that this thread has used, to the nanosecond: what the scheduler counts moves once in 4 ms.
pub fn thread_cpu_ns() -> u64 {
    u64::try_from(cpu_time::ThreadTime::now().as_duration().as_nanos()).unwrap_or(u64::MAX)
}

/// Of an answer, what it says that it cost.
#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "ConsumedCapacity")]
    reported: Reported,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Reported {
    OfOne(Consumed),
    OfEach(Vec<Consumed>),
}

#[derive(Deserialize)]
struct Consumed {
    #[serde(rename = "ReadCapacityUnits")]
    read: Option<f64>,
    #[serde(rename = "WriteCapacityUnits")]
    write: Option<f64>,
    #[serde(rename = "CapacityUnits", default)]
    all: f64,
}

/// The units that an answer reports: read and write, summed over the tables.
pub(crate) fn units(answer: &str, operation: &str) -> (f64, f64) {
    if !answer.contains("\"ConsumedCapacity\"") {
        return (0.0, 0.0);
    }
    let Ok(Answer { reported }) = serde_json::from_str(answer) else { return (0.0, 0.0) };
    let reported = match reported {
        Reported::OfOne(one) => vec![one],
        Reported::OfEach(each) => each,
    };
    let reads = matches!(operation, "GetItem" | "BatchGetItem" | "Query" | "Scan" | "TransactGetItems");
    let mut sums = (0.0, 0.0);
    for Consumed { read, write, all } in reported {
        match (read, write) {
            (None, None) if reads => sums.0 += all,
            (None, None) => sums.1 += all,
            (read, write) => {
                sums.0 += read.unwrap_or(0.0);
                sums.1 += write.unwrap_or(0.0);
            }
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_summed_over_tables_and_told_apart() {
        let one = r#"{"ConsumedCapacity":{"TableName":"t","CapacityUnits":0.5}}"#;
        assert_eq!(units(one, "GetItem"), (0.5, 0.0));
        assert_eq!(units(one, "PutItem"), (0.0, 0.5));
        let two = r#"{"ConsumedCapacity":[{"CapacityUnits":6.0,"WriteCapacityUnits":6.0},{"CapacityUnits":2.0}]}"#;
        assert_eq!(units(two, "TransactWriteItems"), (0.0, 8.0));
        assert_eq!(units("{}", "GetItem"), (0.0, 0.0));
    }

    #[test]
    fn a_right_is_remembered_once_and_a_refusal_apart() {
        let recorder = Recorder::default();
        for _ in 0..2 {
            recorder.uses("F", "dynamodb:PutItem", "arn:t", true);
        }
        recorder.uses("F", "dynamodb:Scan", "arn:t", false);
        assert_eq!(recorder.used().len(), 1);
        assert_eq!(recorder.refused().first().unwrap().action, "dynamodb:Scan");
    }
}
