//! Where stock lies: keys, items, and the pieces of transactions that move it.
//!
//! **A stock item changes by conditional updates alone**, never by what somebody read: `available` cannot fall below nothing,
//! and two who take from one shelf need not wait for one another. It carries no index, so that no list slows it down. What it
//! was is told by its movements, which the projector writes from the table's stream.

mod articles;
mod items;
mod ledger;
mod levels;
mod receipts;
mod reservations;
mod stock;
mod warehouses;

pub use items::{ArticleItem, LevelItem, ReservationItem, StockItem, TimerItem};
pub use ledger::Discrepancy;
pub(crate) use ledger::movement;
pub(crate) use receipts::Asked;
pub use receipts::Receipt;
pub(crate) use reservations::Due;
pub use stock::Stock;
pub(crate) use stock::{Move, found_at};

use axum::extract::FromRef;
use holdfast_core::{Ambient, Causation, StoredEvent};
use holdfast_dynamo::{Store, Table};
use holdfast_http::{Guard, ServerKey};
use holdfast_runtime::{FromInit, Init, InitError};

use crate::events::Happened;

/// The inventory table, and what is needed to use it: the state of a public endpoint and of consumers.
#[derive(Clone, Debug)]
pub struct Inventory {
    pub(crate) table: Table,
    pub(crate) ambient: Ambient,
}

/// The same for staff who look something up.
#[derive(Clone, Debug)]
pub struct Readers {
    pub(crate) inventory: Inventory,
    guard: Guard,
}

/// The same for staff who page through lists, or whose requests bear keys.
#[derive(Clone)]
pub struct Clerks {
    pub(crate) inventory: Inventory,
    guard: Guard,
    pub(crate) server_key: ServerKey,
}

/// Rounds of load, decide and commit before a caller is asked to come back: each is lost to another's success.
pub(crate) const ROUNDS: u32 = 8;

impl Inventory {
    /// An event of an entity's change.
    fn event(&self, happened: &Happened, subject: impl ToString, cause: &Causation) -> StoredEvent {
        StoredEvent::now(&self.ambient, happened, subject, cause.clone())
    }
}

impl FromInit for Inventory {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self { table: Store::new(init).table(init, "INVENTORY_TABLE")?, ambient: init.ambient.clone() })
    }
}

impl FromInit for Readers {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self { inventory: Inventory::from_init(init).await?, guard: Guard::from_init(init).await? })
    }
}

impl FromInit for Clerks {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self {
            inventory: Inventory::from_init(init).await?,
            guard: Guard::from_init(init).await?,
            server_key: ServerKey::from_init(init).await?,
        })
    }
}

impl FromRef<Readers> for Guard {
    fn from_ref(readers: &Readers) -> Self {
        readers.guard.clone()
    }
}

impl FromRef<Clerks> for Guard {
    fn from_ref(clerks: &Clerks) -> Self {
        clerks.guard.clone()
    }
}
