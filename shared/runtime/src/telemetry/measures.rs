//! Metrics in CloudWatch's embedded format: they stand in the line of the log that tells of the work, and cost no call.
//!
//! Their one dimension is the stage. What a function does by itself, AWS/Lambda's own metrics say for nothing, and a line
//! names its function: a dimension more would be a custom metric more for each of them
//! (docs/decisions/2026-11-27-metrics.md).

use std::fmt;

use serde_json::{Map, Value, json};

use super::work::{Tally, Telemetry};

/// All metrics are in this namespace.
pub const NAMESPACE: &str = "Holdfast";

/// What a piece of work measured. It prints as JSON: hand it to a line as `measures = %measures`.
#[derive(Clone, Debug, PartialEq)]
pub struct Measures {
    at_ms: i64,
    values: Map<String, Value>,
    metrics: Vec<Value>,
}

impl Measures {
    /// Of work in this stage, that ended now.
    pub fn of(telemetry: &Telemetry) -> Self {
        let values = Map::from_iter([("stage".to_owned(), telemetry.stage().into())]);
        Self { at_ms: telemetry.now_ms(), values, metrics: Vec::new() }
    }

    /// So many of something.
    pub fn count(self, name: &str, number: u32) -> Self {
        self.metric(name, number.into(), "Count")
    }

    /// How long something took.
    pub fn milliseconds(self, name: &str, number: i64) -> Self {
        self.metric(name, number.into(), "Milliseconds")
    }

    /// All that was counted.
    pub fn tally(self, tally: Tally) -> Self {
        tally.counted().fold(self, |measures, (count, number)| measures.count(count.name(), number))
    }

    fn metric(mut self, name: &str, value: Value, unit: &str) -> Self {
        self.values.insert(name.to_owned(), value);
        self.metrics.push(json!({"Name": name, "Unit": unit}));
        self
    }
}

impl fmt::Display for Measures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = self.values.clone();
        let directive = json!({"Namespace": NAMESPACE, "Dimensions": [["stage"]], "Metrics": self.metrics});
        line.insert("_aws".to_owned(), json!({"Timestamp": self.at_ms, "CloudWatchMetrics": [directive]}));
        write!(f, "{}", Value::Object(line))
    }
}
