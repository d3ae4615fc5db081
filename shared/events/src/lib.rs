//! The event side of a function: the relay's and the consumers'.
//!
//! An event starts as the attribute `event` of the item that it changed. [`stream::new_event`] finds it in the
//! table's stream; the relay puts it on the bus; a rule puts it into a queue; a [`Consumer`] behind [`queue`] handles
//! it. Every step may happen twice, and none may lose anything: what must happen once is held by [`Claims`],
//! and what cannot be handled is reported as failed until it lies in a dead-letter queue. What is put into a bucket comes the
//! same way to an [`ObjectConsumer`] behind [`objects`], and what a rule makes of AWS's own events to a [`NoteConsumer`] behind
//! [`notes`].

mod claims;
mod consumer;
mod failures;
mod notes;
mod objects;
pub mod stream;

pub use claims::Claims;
pub use consumer::{ConsumeError, Consumer, queue};
pub use failures::Failures;
pub use notes::{NoteConsumer, notes};
pub use objects::{NewObject, ObjectConsumer, objects};
