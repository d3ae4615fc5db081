//! Records, the chain that they make, and how it is verified. Pure.

mod record;
mod verify;

pub use record::{Entry, Head, Record, digest};
pub use verify::{Finding, verify};
