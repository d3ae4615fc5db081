//! What a new shop on a laptop begins with: somebody of each kind to log in as.

use std::fmt::Display;

use holdfast_accounts::domain::{Email, PersonName};
use holdfast_accounts::seed::demo_account;
use holdfast_auth::{Password, PasswordError, PasswordHash, Role};
use holdfast_runtime::Init;

use crate::World;
use crate::engines::EngineError;

/// The password of all demo accounts.
pub const PASSWORD: &str = "holdfast-demo";

/// A demo account.
#[derive(Clone, Copy, Debug)]
pub struct Account {
    /// Its address.
    pub email: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What its owner works as; a customer when nothing.
    pub role: Option<Role>,
}

/// The demo accounts.
pub const ACCOUNTS: [Account; 6] = [
    Account { email: "customer@demo.test", name: "Casey Customer", role: None },
    Account { email: "admin@demo.test", name: "Ada Admin", role: Some(Role::Admin) },
    Account { email: "support@demo.test", name: "Sam Support", role: Some(Role::Support) },
    Account { email: "warehouse@demo.test", name: "Wim Warehouse", role: Some(Role::Warehouse) },
    Account { email: "catalog@demo.test", name: "Cleo Catalog", role: Some(Role::Catalog) },
    Account { email: "analyst@demo.test", name: "Ana Analyst", role: Some(Role::Analyst) },
];

impl Account {
    /// What its owner is.
    pub fn title(&self) -> &'static str {
        self.role.map_or("customer", Role::name)
    }
}

/// Under this name the store keeps that the accounts were made.
const SEEDED: &str = "seed/demo";
/// Accounts are made in the environment of the function that registers people.
pub const REGISTERS: &str = "auth-register";

/// Why an account cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// The template has no function that registers people.
    #[error("the template has no function {REGISTERS}")]
    NoAccounts,
    /// Its data is not what an account's must be.
    #[error("{what}: {reason}")]
    Refused {
        /// What.
        what: String,
        /// Why.
        reason: String,
    },
    /// The local database.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// Makes the demo accounts, once in a data folder's life.
pub async fn demo(world: &World) -> Result<(), SeedError> {
    let store = &world.engines().store;
    if store.fact(SEEDED)?.is_some() {
        return Ok(());
    }
    // One hash for all: it is the same password, and a hash takes the most of a first start.
    let hash = hash(world, PASSWORD).map_err(|error| refused("the demo password", &error))?;
    for demo in ACCOUNTS {
        make(world, demo.email, hash.clone(), demo.name, demo.role.as_slice()).await?;
    }
    Ok(store.keep(SEEDED, "done")?)
}

/// Makes a verified account with these roles, unless the address has one.
pub async fn account(world: &World, email: &str, password: &str, name: &str, roles: &[Role]) -> Result<(), SeedError> {
    let hash = hash(world, password).map_err(|error| refused(email, &error))?;
    make(world, email, hash, name, roles).await
}

/// The same for a shop that is elsewhere: with a start in the environment of the function that registers people.
pub async fn account_by(init: &Init, email: &str, password: &str, name: &str, roles: &[Role]) -> Result<(), SeedError> {
    let password = Password::parse(password.to_owned()).map_err(|error| refused(email, &error))?;
    make_by(init, email, password.hash(init.ambient.bytes()), name, roles).await
}

fn hash(world: &World, password: &str) -> Result<PasswordHash, PasswordError> {
    Ok(Password::parse(password.to_owned())?.hash(world.ambient().bytes()))
}

async fn make(world: &World, email: &str, password: PasswordHash, name: &str, roles: &[Role]) -> Result<(), SeedError> {
    let init = world.operator(REGISTERS).ok_or(SeedError::NoAccounts)?;
    make_by(&init, email, password, name, roles).await
}

async fn make_by(
    init: &Init,
    email: &str,
    password: PasswordHash,
    name: &str,
    roles: &[Role],
) -> Result<(), SeedError> {
    let address = Email::try_from(email.to_owned()).map_err(|error| refused(email, &error))?;
    let name = PersonName::try_from(name.to_owned()).map_err(|error| refused(email, &error))?;
    let made = demo_account(init, address, password, name, roles).await;
    made.map_err(|problem| refused(email, &format!("{problem:?}")))
}

fn refused(what: &str, reason: &dyn Display) -> SeedError {
    SeedError::Refused { what: what.to_owned(), reason: reason.to_string() }
}
