//! The shop on a laptop: template.yaml, interpreted.
//!
//! [`World`] is the whole of it in one process: functions with contexts of their own, an AWS of small engines behind
//! their SDK clients, the HTTP API in front, and what queues, streams and schedules set off. The binary serves one on
//! a port; tests hold one in memory and move its clock by hand.

mod background;
pub mod clock;
pub mod connector;
mod data;
pub mod demo;
mod dev;
mod digest;
pub mod elsewhere;
pub mod engines;
pub mod faults;
mod functions;
mod gateway;
pub mod iam;
pub mod internet;
pub mod invocation;
mod keys;
pub mod plain;
mod protocol;
pub mod recorder;
pub mod registry;
pub mod seed;
mod sources;
pub mod store;
pub mod template;
pub mod turns;
pub mod watch;
mod world;

pub use axum::body::Bytes;
pub use background::Background;
pub use clock::{SeededEntropy, WorldClock};
pub use data::{DataError, DataFolder};
pub use engines::{Archived, Channel, Depths, EngineError, Engines, Mail, Snapshot, Undelivered};
pub use faults::{CRASH_AFTER_COMMIT, Fault, Faults, FaultsError, Kind, Latency, Matcher};
pub use functions::CallError;
pub use gateway::{RouteError, serve};
pub use internet::{Internet, Reply};
pub use keys::Blueprint;
pub use recorder::{Call, Recorder, Tally, Trace, Use, thread_cpu_ns};
pub use sources::{ExpressionError, SourceError};
pub use turns::{Turns, Waiting};
pub use world::{Options, PORT, StartError, World};

#[cfg(test)]
mod tests;
