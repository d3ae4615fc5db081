//! Where payments lie: keys, items, and the pieces of transactions that take money in and give it back.
//!
//! **What the gateway told, and all that it does, commit together**: the inbox record, the payment, the order, the reservation
//! and the stock. So whatever is told twice does nothing the second time, and nothing is ever half done.

mod inbox;
mod items;
mod payments;
mod refunds;

pub use inbox::{Inbox, Outcome, Parked};
pub(crate) use refunds::Ask;

use holdfast_core::{Ambient, Causation, StoredEvent};
use holdfast_dynamo::{Store, Table};
use holdfast_runtime::{FromInit, Init, InitError};

use crate::events::Happened;

/// The payments' table, and what is needed to use it.
#[derive(Clone, Debug)]
pub struct Payments {
    pub(crate) table: Table,
    pub(crate) ambient: Ambient,
}

impl FromInit for Payments {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self { table: Store::new(init).table(init, "PAYMENTS_TABLE")?, ambient: init.ambient.clone() })
    }
}

impl Payments {
    fn event(&self, happened: &Happened, subject: impl ToString, cause: &Causation) -> StoredEvent {
        StoredEvent::now(&self.ambient, happened, subject, cause.clone())
    }
}
