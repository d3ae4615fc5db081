//! Where orders lie: keys, items, lists, and the pieces of transactions that make an order and move it on.
//!
//! **An order moves on by one conditional write**, which carries its event and adds to its history. **Whom it is for lies in an
//! item of its own**, which carries no event: names and addresses stay out of streams, queues and archives, and can be erased
//! while the order stays.

mod items;
mod lists;
mod orders;
mod returns;

pub use lists::Sought;
pub use orders::Payment;

use axum::extract::FromRef;
use holdfast_core::Ambient;
use holdfast_dynamo::{Store, Table};
use holdfast_http::{Guard, ServerKey};
use holdfast_runtime::{FromInit, Init, InitError};

/// The orders' table, and what is needed to use it.
#[derive(Clone, Debug)]
pub struct Orders {
    pub(crate) table: Table,
    pub(crate) ambient: Ambient,
}

impl FromInit for Orders {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self { table: Store::new(init).table(init, "ORDERS_TABLE")?, ambient: init.ambient.clone() })
    }
}

/// The same where somebody calls: tokens are checked, cursors sealed, keys met again.
#[derive(Clone)]
pub struct Counter {
    pub(crate) orders: Orders,
    pub(crate) guard: Guard,
    pub(crate) server_key: ServerKey,
}

impl FromInit for Counter {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self {
            orders: Orders::from_init(init).await?,
            guard: Guard::from_init(init).await?,
            server_key: ServerKey::from_init(init).await?,
        })
    }
}

impl FromRef<Counter> for Guard {
    fn from_ref(counter: &Counter) -> Self {
        counter.guard.clone()
    }
}
