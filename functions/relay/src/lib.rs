//! From a table's stream to the bus.
//!
//! An item stores its latest event; its table's stream delivers each change in order; the relay puts the
//! events among them on the bus. **Nothing is skipped**: a record whose event the bus did not take stops the
//! shard until it does, and one that the bus could never take goes whole into a dead-letter queue, loudly.

mod bus;
mod entry;
mod relay;

use std::sync::Arc;

use holdfast_runtime::{EventHandler, FromInit, Function};

use crate::relay::Relay;

/// What this crate deploys.
pub fn functions() -> Vec<Function> {
    vec![function()]
}

/// The function `event-relay`: which table's stream it reads, and for whom it speaks, is its template's to say.
pub fn function() -> Function {
    Function::event("event-relay", |init| async move {
        let relay = Arc::new(Relay::from_init(&init).await?);
        let handler: EventHandler = Arc::new(move |batch| {
            let relay = Arc::clone(&relay);
            Box::pin(async move { relay.relay(batch).await })
        });
        Ok(handler)
    })
}
