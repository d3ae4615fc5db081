//! From one schema version to the next, and back.
//!
//! Items say their version, and a reader accepts every version ever written: a release needs no migration to work. One brings
//! what lies there to today's shape, so that it can be found by a new index, or takes less room. Each context says how its items
//! change (`holdfast_catalog::MIGRATIONS`); this crate runs it: by hand, a page at a time, from where it broke off, and back.

mod progress;
mod run;

use std::sync::Arc;

use holdfast_runtime::{EventHandler, Function};

pub use progress::{Progress, Status};
pub use run::{Order, Runner, RunnerError};

/// What this crate deploys.
pub fn functions() -> Vec<Function> {
    vec![function()]
}

/// The function `migrations-run`: takes an [`Order`], and answers how far it is.
pub fn function() -> Function {
    Function::event("migrations-run", |init| async move {
        let runner = Arc::new(Runner::new(init, holdfast_catalog::MIGRATIONS.to_vec()));
        let handler: EventHandler = Arc::new(move |order| {
            let runner = Arc::clone(&runner);
            Box::pin(async move {
                let order: Order = serde_json::from_value(order)?;
                Ok(serde_json::to_value(runner.run(&order).await?)?)
            })
        });
        Ok(handler)
    })
}
