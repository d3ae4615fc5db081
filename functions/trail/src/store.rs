//! The trail's table: keys, items, and how a record is appended.
//!
//! **Nothing here is changed or removed but a subject's head**, and that only by the transaction that appends a record behind it.

mod append;
mod items;
mod lists;

pub use items::{EntryItem, HeadItem};
pub use lists::Sought;

use axum::extract::FromRef;
use holdfast_core::Ambient;
use holdfast_dynamo::{Store, Table};
use holdfast_http::{Guard, ServerKey};
use holdfast_runtime::{FromInit, Init, InitError};

/// The table, and what is needed to use it.
#[derive(Clone, Debug)]
pub struct Trail {
    pub(crate) table: Table,
    pub(crate) ambient: Ambient,
}

/// The same for staff.
#[derive(Clone)]
pub struct Desk {
    pub(crate) trail: Trail,
    pub(crate) server_key: ServerKey,
    guard: Guard,
}

impl FromInit for Trail {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self { table: Store::new(init).table(init, "AUDIT_TABLE")?, ambient: init.ambient.clone() })
    }
}

impl FromInit for Desk {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self {
            trail: Trail::from_init(init).await?,
            server_key: ServerKey::from_init(init).await?,
            guard: Guard::from_init(init).await?,
        })
    }
}

impl FromRef<Desk> for Guard {
    fn from_ref(desk: &Desk) -> Self {
        desk.guard.clone()
    }
}
