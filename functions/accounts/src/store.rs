//! Where accounts lie: keys, items, and the one way in which a person changes.
//!
//! **Personal data lies in items of its own that carry no event** (`PROFILE`, `ADDRESS#…`, `EMAIL#…`), so the
//! stream's filter keeps it from the relay, the bus, the archive and every queue. The user's item beside them has
//! ids and states alone, and bears the event of whatever changed in its partition.

mod addresses;
mod items;
mod limits;
mod people;
mod roster;
mod sessions;

pub use items::{AddressItem, Profile};
pub use limits::{Counter, Limits};
pub(crate) use people::ROUNDS;
pub use people::{Change, Person};
pub use sessions::Grant;

use axum::extract::FromRef;
use holdfast_core::Ambient;
use holdfast_dynamo::{Store, Table};
use holdfast_http::Guard;
use holdfast_runtime::{FromInit, Init, InitError};

/// The accounts table, and what is needed to use it: the state of a public endpoint.
#[derive(Clone, Debug)]
pub struct Accounts {
    pub(crate) table: Table,
    pub(crate) ambient: Ambient,
    pub(crate) limits: Limits,
}

impl FromInit for Accounts {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        let table = Store::new(init).table(init, "ACCOUNTS_TABLE")?;
        Ok(Self { table, ambient: init.ambient.clone(), limits: Limits::from_env(&init.env)? })
    }
}

/// The same for those who show a token: the state of an endpoint for customers or staff.
#[derive(Clone, Debug)]
pub struct Members {
    pub(crate) accounts: Accounts,
    pub(crate) guard: Guard,
}

impl FromInit for Members {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self { accounts: Accounts::from_init(init).await?, guard: Guard::from_init(init).await? })
    }
}

impl FromRef<Members> for Accounts {
    fn from_ref(members: &Members) -> Self {
        members.accounts.clone()
    }
}

impl FromRef<Members> for Guard {
    fn from_ref(members: &Members) -> Self {
        members.guard.clone()
    }
}
