//! audit-append: records what somebody set off, once.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use holdfast_core::Envelope;
use holdfast_events::{ConsumeError, Consumer, queue};
use holdfast_runtime::{FromInit, Function, Init, InitError};
use tokio::sync::Mutex;

use crate::store::Trail;

/// How many chains are appended to side by side here.
const LANES: usize = 16;

/// Appends.
#[derive(Clone, Debug)]
pub struct Appender {
    trail: Trail,
    /// Records of one chain go one after the other, in the order in which they came. Other environments are held off by the
    /// transaction alone.
    lanes: Arc<[Mutex<()>; LANES]>,
}

impl FromInit for Appender {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self { trail: Trail::from_init(init).await?, lanes: Arc::default() })
    }
}

impl Consumer for Appender {
    async fn handle(&self, envelope: Envelope) -> Result<(), ConsumeError> {
        let mut hasher = DefaultHasher::new();
        envelope.event.subject.hash(&mut hasher);
        let lane = usize::try_from(hasher.finish() % 16).unwrap_or(0);
        let _turn = match self.lanes.get(lane) {
            Some(lane) => Some(lane.lock().await),
            None => None,
        };
        Ok(self.trail.append(&envelope).await?)
    }
}

/// audit-append.
pub fn function() -> Function {
    queue::<Appender>("audit-append")
}
