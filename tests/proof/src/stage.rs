//! The stage: a world with a few wares in it, and people who are known.

use std::fmt;
use std::path::PathBuf;

use holdfast_auth::{KeySet, Role, Signer};
use holdfast_core::{SessionId, UserId};
use holdfast_local::{Blueprint, Faults, Options, World, seed, template};
use serde_json::{Value, json};

use crate::client::Client;
use crate::items::{by_entity, text};

/// Why there is no stage, or no verdict.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// What is sold, and for how much: all that can be too few of.
pub const WARES: [(&str, i64); 3] = [("MUG", 1999), ("TEE", 2500), ("CAP", 1200)];
/// How many of each there are at first, in the first warehouse and in the second.
pub const STOCKED: [i64; 2] = [2, 1];
/// Customers with an account.
pub const CUSTOMERS: [&str; 2] = ["ada@example.test", "bob@example.test"];
const STAFF: &str = "staff@example.test";

/// A world that is open for business.
pub struct Stage {
    /// The world.
    pub world: World,
    /// Its warehouses.
    pub warehouses: Vec<String>,
    signer: Signer,
    staff: UserId,
    customers: Vec<UserId>,
}

impl fmt::Debug for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stage").field("warehouses", &self.warehouses).finish_non_exhaustive()
    }
}

/// The answer, if it did what was asked.
fn well(answer: crate::client::Answer, what: &str) -> Result<Value, Error> {
    if answer.is_well() { Ok(answer.body) } else { Err(format!("{what}: {} {}", answer.status, answer.body).into()) }
}

impl Stage {
    /// Opens a world with so many of each ware in each warehouse, and lets nothing go wrong before it is open.
    pub async fn open(options: Options, stocked: &[i64]) -> Result<Self, Error> {
        let world = World::start(options)?;
        world.faults().pause(true);
        seed::account(&world, STAFF, seed::PASSWORD, "Grace Hopper", &[Role::Admin]).await?;
        for customer in CUSTOMERS {
            seed::account(&world, customer, seed::PASSWORD, "Ada Lovelace", &[]).await?;
        }
        let mut stage = Self::known(world)?;
        let admin = stage.admin();
        for (nth, name) in ["Basel", "Geneva"].into_iter().enumerate().take(stocked.len()) {
            let body = json!({"name": name, "priority": nth + 1});
            let made = well(admin.clone().keyed(name).post("/v1/admin/warehouses", &body).await, "a warehouse")?;
            stage.warehouses.push(text(&made, "id").to_owned());
        }
        for (sku, amount) in WARES {
            let price = json!({"amount": amount, "currency": "USD"});
            let product = json!({"title": format!("The {sku}"), "variants": [{"sku": sku, "price": price}]});
            well(admin.clone().keyed(sku).post("/v1/admin/products", &product).await, "a product")?;
            for (warehouse, on_hand) in stage.warehouses.iter().zip(stocked) {
                let stock = json!({"sku": sku, "warehouse_id": warehouse, "on_hand": on_hand});
                let key = format!("{sku}-{warehouse}");
                well(admin.clone().keyed(&key).post("/v1/admin/inventory", &stock).await, "a stock")?;
            }
        }
        stage.world.settle().await;
        stage.world.faults().pause(false);
        Ok(stage)
    }

    /// A world in which all this is there already.
    pub fn known(world: World) -> Result<Self, Error> {
        // However slow the machine is: where somebody has decided who goes next, no function runs out of real time.
        world.faults().turns().decide(true);
        world.faults().turns().decide(false);
        let init = world.operator("auth-login").ok_or("the template has no auth-login")?;
        let keys =
            world.engines().ssm.get(init.env.text("AUTH_SIGNING_KEYS_PARAMETER")?)?.ok_or("there are no keys")?;
        let keys = KeySet::from_parameter(&keys)?;
        let signer = Signer::new(&keys, init.env.text("AUTH_ISSUER")?, init.env.text("AUTH_AUDIENCE")?);
        let accounts = by_entity(&world, "AccountsTable")?;
        let guards = accounts.get("email").map(Vec::as_slice).unwrap_or_default();
        let user = |email: &str| -> Result<UserId, Error> {
            let guard = guards.iter().find(|guard| text(guard, "pk") == format!("EMAIL#{email}"));
            Ok(text(guard.ok_or("an account is missing")?, "user_id").parse()?)
        };
        let (staff, customers) = (user(STAFF)?, CUSTOMERS.into_iter().map(user).collect::<Result<_, _>>()?);
        let inventory = by_entity(&world, "InventoryTable")?;
        let mut warehouses = inventory.get("warehouse").cloned().unwrap_or_default();
        warehouses.sort_by_key(|warehouse| crate::items::number(warehouse, "priority"));
        let warehouses = warehouses.iter().map(|warehouse| text(warehouse, "id").to_owned()).collect();
        Ok(Self { world, warehouses, signer, staff, customers })
    }

    /// Whoever may do all, with a token that is good now.
    pub fn admin(&self) -> Client {
        self.token(Client::new(&self.world, 1), self.staff, &[Role::Admin])
    }

    /// A customer who is known, with a token that is good now.
    pub fn customer(&self, client: Client, nth: usize) -> Client {
        match self.customers.get(nth % self.customers.len().max(1)) {
            Some(user) => self.token(client, *user, &[]),
            None => client,
        }
    }

    fn token(&self, client: Client, user: UserId, roles: &[Role]) -> Client {
        let ambient = self.world.ambient();
        let (token, _) = self.signer.issue(user, ambient.id::<SessionId>(), roles, ambient);
        client.with("authorization", &format!("Bearer {token}"))
    }
}

/// template.yaml, as the local stage has it.
pub fn blueprint() -> Result<Blueprint, Error> {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let overrides = template::stage_overrides(&root.join("infra/samconfig.toml"), "local")?;
    Ok(Blueprint::rehearse(&root.join("template.yaml"), &overrides)?)
}

/// A world of this seed in which this goes wrong.
pub fn options(blueprint: &Blueprint, seed: u64, faults: Faults) -> Options {
    let patience = std::time::Duration::from_secs(86_400);
    Options { faults, patience, ..Options::simulated(blueprint.clone(), seed) }
}
