//! From a clock to a function.

use std::sync::{Mutex, PoisonError};

use holdfast_core::Timestamp;
use serde_json::{Value, json};

use super::expression::{Expression, ExpressionError};
use crate::engines::EngineError;
use crate::template::model::{ACCOUNT, FunctionSpec, REGION, ScheduleSpec};
use crate::world::Parts;

/// After a failure Lambda tries an event twice more.
const TRIES: u32 = 3;

/// A schedule.
#[derive(Debug)]
pub(super) struct Schedule {
    function: usize,
    /// What its last run is kept under.
    name: String,
    expression: Expression,
    input: Option<Value>,
    rule: String,
    last: Mutex<Timestamp>,
}

impl Schedule {
    pub(super) fn new(
        function: usize,
        name: String,
        spec: &FunctionSpec,
        schedule: &ScheduleSpec,
        last: Timestamp,
    ) -> Result<Self, ExpressionError> {
        Ok(Self {
            function,
            name,
            expression: Expression::parse(&schedule.expression)?,
            input: schedule.input.clone(),
            rule: format!("arn:aws:events:{REGION}:{ACCOUNT}:rule/{}", spec.logical_id),
            last: Mutex::new(last),
        })
    }

    pub(super) async fn turn(&self, parts: &Parts) -> Result<bool, EngineError> {
        let now = parts.ambient.now();
        let due = {
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(due) = self.expression.due(*last, now) else { return Ok(false) };
            *last = due;
            due
        };
        let event = self.input.clone().unwrap_or_else(|| self.event(due));
        for _ in 0..TRIES {
            if parts.functions.call(self.function, event.clone()).await.is_ok() {
                break;
            }
        }
        if parts.faults.duplicate() {
            drop(parts.functions.call(self.function, event).await);
        }
        // Afterwards, so that a run that a kill cut short is made up for.
        parts.engines.store.set_last_run(&self.name, due)?;
        Ok(true)
    }

    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.expression.after(*self.last.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn event(&self, at: Timestamp) -> Value {
        json!({
            "version": "0",
            "id": format!("{}-{}", self.name, at.as_second()),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": ACCOUNT,
            "time": Timestamp::from_second(at.as_second()).unwrap_or(at).to_string(),
            "region": REGION,
            "resources": [self.rule],
            "detail": {},
        })
    }
}
