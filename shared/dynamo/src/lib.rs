//! Typed DynamoDB: keys, items, transactions, their answers and their cost.
//!
//! An [`Item`] knows its key, its kind and its version. A [`Table`] reads items and makes [`Action`]s; a
//! [`Transaction`] commits actions of any tables together, or a single one by itself. A [`Migration`] takes all items of a kind to
//! their next version, and back. **Nothing else in the
//! project writes to DynamoDB**, so that contention is retried in one place, and a write whose answer was
//! lost recognises its own success in one place.

mod action;
mod counter;
mod error;
mod item;
mod meter;
mod migration;
mod newest;
mod query;
mod table;
mod transaction;

pub use action::Action;
pub use aws_sdk_dynamodb::types::AttributeValue;
pub use counter::{Counted, hashed};
pub use error::{CommitError, Reason, StoreError};
pub use item::{Attributes, Item, Key, from_attributes, to_attributes};
pub use meter::{Cost, metered};
pub use migration::{Change, Migrated, Migration, Way};
pub use newest::Newest;
pub use query::Query;
pub use table::{Found, Store, Table, of_kind};
pub use transaction::Transaction;
