//! reservations-sweep: every minute, whatever is due and still there.

use std::sync::Arc;

use holdfast_runtime::{EventHandler, FromInit, Function};
use serde_json::Value;

use crate::holds::Ending;
use crate::store::{Due, Inventory};

/// Rounds of one run: what is left after so many waits for the next minute.
const ROUNDS: u32 = 20;

/// reservations-sweep.
pub fn function<E: Ending>() -> Function {
    Function::event("reservations-sweep", |init| async move {
        let desk = Arc::new((Inventory::from_init(&init).await?, E::from_init(&init).await?));
        let handler: EventHandler = Arc::new(move |_| {
            let desk = Arc::clone(&desk);
            Box::pin(async move {
                let (inventory, ending) = &*desk;
                let mut sum = 0_usize;
                for _ in 0..ROUNDS {
                    let (expired, more) = inventory.sweep(Due::All, ending).await?;
                    sum = sum.saturating_add(expired);
                    // An index lags: what was just expired may still show in it, and is not worth another look.
                    if !more || expired == 0 {
                        break;
                    }
                }
                tracing::info!(expired = sum, "holds.swept");
                Ok(Value::Null)
            })
        });
        Ok(handler)
    })
}
