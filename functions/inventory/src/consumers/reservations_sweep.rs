//! reservations-sweep: every minute, whatever is due and still there.

use std::sync::Arc;

use holdfast_runtime::{EventHandler, FromInit, Function};
use serde_json::Value;

use crate::store::Inventory;

/// Rounds of one run: what is left after so many waits for the next minute.
const ROUNDS: u32 = 20;

/// reservations-sweep.
pub fn function() -> Function {
    Function::event("reservations-sweep", |init| async move {
        let inventory = Inventory::from_init(&init).await?;
        let handler: EventHandler = Arc::new(move |_| {
            let inventory = inventory.clone();
            Box::pin(async move {
                let mut sum = 0_usize;
                for _ in 0..ROUNDS {
                    let (expired, more) =
                        inventory.sweep(None).await.map_err(|problem| format!("the sweep failed: {problem:?}"))?;
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
