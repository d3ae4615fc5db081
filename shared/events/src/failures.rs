//! Which records of a batch failed, as Lambda wants it told.

use serde_json::{Value, json};

/// The records that come again; all others are done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failures(Vec<String>);

impl Failures {
    /// Of none, so far.
    pub fn none() -> Self {
        Self::default()
    }

    /// And this one: a message's id, or a stream record's sequence number.
    pub fn add(&mut self, record: impl Into<String>) {
        self.0.push(record.into());
    }

    /// How many.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The function's answer. It needs `ReportBatchItemFailures` on the event source.
    pub fn answer(&self) -> Value {
        let failures: Vec<Value> = self.0.iter().map(|id| json!({"itemIdentifier": id})).collect();
        json!({"batchItemFailures": failures})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_names_what_comes_again() {
        let mut failures = Failures::none();
        assert_eq!(failures.answer(), json!({"batchItemFailures": []}));
        failures.add("m-1");
        failures.add("m-2");
        let both = json!({"batchItemFailures": [{"itemIdentifier": "m-1"}, {"itemIdentifier": "m-2"}]});
        assert_eq!((failures.count(), failures.answer()), (2, both));
    }
}
