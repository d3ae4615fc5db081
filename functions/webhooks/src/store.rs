//! The webhooks table: keys, items, and how they are written.
//!
//! **No secret lies here**, and of what receivers answered nothing but the status.

mod deliveries;
mod endpoints;
mod items;
mod lanes;

pub(crate) use deliveries::Ending;
pub(crate) use items::KEPT_FOR;
pub use items::{DeliveryItem, EndpointItem, EventItem, LaneItem};
pub(crate) use lanes::Held;

use axum::extract::FromRef;
use holdfast_core::{Ambient, Causation, StoredEvent};
use holdfast_dynamo::{Store, Table};
use holdfast_http::{Guard, ServerKey};
use holdfast_runtime::{FromInit, Init, InitError};

use crate::domain::SecretKey;
use crate::events::Happened;

/// The table, and what is needed to use it.
#[derive(Clone, Debug)]
pub struct Webhooks {
    pub(crate) table: Table,
    pub(crate) ambient: Ambient,
}

/// The same for staff.
#[derive(Clone, Debug)]
pub struct Desk {
    pub(crate) webhooks: Webhooks,
    guard: Guard,
}

/// The same for staff who are shown a secret.
#[derive(Clone, Debug)]
pub struct Vault {
    pub(crate) webhooks: Webhooks,
    pub(crate) secrets: SecretKey,
    guard: Guard,
}

/// The same for staff whose requests bear keys.
#[derive(Clone)]
pub struct Registrar {
    pub(crate) vault: Vault,
    pub(crate) server_key: ServerKey,
}

/// The same for staff who page through lists.
#[derive(Clone)]
pub struct Clerks {
    pub(crate) webhooks: Webhooks,
    pub(crate) server_key: ServerKey,
    guard: Guard,
}

/// Rounds of load, decide and commit before a caller is asked to come back: each is lost to another's success.
pub(crate) const ROUNDS: u32 = 8;

impl Webhooks {
    /// An event of an entity's change.
    fn event(&self, happened: &Happened, subject: impl ToString, cause: &Causation) -> StoredEvent {
        StoredEvent::now(&self.ambient, happened, subject, cause.clone())
    }
}

impl FromInit for Webhooks {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self { table: Store::new(init).table(init, "WEBHOOKS_TABLE")?, ambient: init.ambient.clone() })
    }
}

impl FromInit for Desk {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self { webhooks: Webhooks::from_init(init).await?, guard: Guard::from_init(init).await? })
    }
}

impl FromInit for Vault {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        let Desk { webhooks, guard } = Desk::from_init(init).await?;
        Ok(Self { webhooks, secrets: SecretKey::from_init(init).await?, guard })
    }
}

impl FromInit for Registrar {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self { vault: Vault::from_init(init).await?, server_key: ServerKey::from_init(init).await? })
    }
}

impl FromInit for Clerks {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        let Desk { webhooks, guard } = Desk::from_init(init).await?;
        Ok(Self { webhooks, server_key: ServerKey::from_init(init).await?, guard })
    }
}

impl FromRef<Desk> for Guard {
    fn from_ref(desk: &Desk) -> Self {
        desk.guard.clone()
    }
}

impl FromRef<Vault> for Guard {
    fn from_ref(vault: &Vault) -> Self {
        vault.guard.clone()
    }
}

impl FromRef<Registrar> for Guard {
    fn from_ref(registrar: &Registrar) -> Self {
        registrar.vault.guard.clone()
    }
}

impl FromRef<Clerks> for Guard {
    fn from_ref(clerks: &Clerks) -> Self {
        clerks.guard.clone()
    }
}
