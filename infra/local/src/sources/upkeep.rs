//! What the engines do by themselves at AWS: items expire, read stream records go.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use holdfast_core::Timestamp;
use jiff::SignedDuration;

use super::{Kind, Source};
use crate::engines::{EngineError, Position};
use crate::template::model::Stack;
use crate::world::Parts;

/// DynamoDB deletes expired items within days; waiting as long would show nobody anything.
const EVERY: SignedDuration = SignedDuration::from_secs(60);

/// The upkeep of the engines.
#[derive(Debug)]
pub(super) struct Upkeep {
    streamed: Vec<String>,
    last: Mutex<Timestamp>,
}

impl Upkeep {
    pub(super) fn new(stack: &Stack, now: Timestamp) -> Self {
        let streamed = stack.tables.iter().filter(|table| table.streamed).map(|table| table.name.clone()).collect();
        Self { streamed, last: Mutex::new(now) }
    }

    pub(super) fn turn(&self, parts: &Parts, all: &[Source]) -> Result<bool, EngineError> {
        let now = parts.ambient.now();
        {
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            if now.duration_since(*last) < EVERY {
                return Ok(false);
            }
            *last = now;
        }
        parts.engines.dynamo.sweep_ttl(parts.faults.overdue())?;
        let mut passed: BTreeMap<&str, Position> = BTreeMap::new();
        for source in all {
            let Kind::Stream(stream) = &source.kind else { continue };
            let place = passed.entry(stream.table()).or_insert(Position(i64::MAX));
            *place = stream.place().min(*place);
        }
        for table in &self.streamed {
            // A stream without readers keeps nothing.
            let place = passed.get(table.as_str()).copied().unwrap_or(Position(i64::MAX));
            parts.engines.dynamo.trim(table, place, now)?;
        }
        Ok(true)
    }

    pub(super) fn next_due(&self) -> Timestamp {
        let last = *self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.checked_add(EVERY).unwrap_or(Timestamp::MAX)
    }
}
