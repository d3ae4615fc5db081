//! What a checkout reads: its own order, the cart, the settings and the warehouses in one round trip, then what is sold and how
//! many there are in another.

mod settings;

pub use settings::{Alerts, Board, Setting, Settings};

use std::collections::HashMap;

use axum::extract::FromRef;
use holdfast_carts::{Cart, Carts, Shopper};
use holdfast_catalog::wares::{Ware, Wares};
use holdfast_core::{Ambient, OrderId, Sku};
use holdfast_dynamo::{Counted, Store, StoreError, Table, hashed};
use holdfast_http::{Guard, Origin, Problem, ServerKey, network};
use holdfast_inventory::domain::{HoldFor, Shelf};
use holdfast_inventory::holds::{Holds, Warehouses};
use holdfast_orders::Orders;
use holdfast_orders::domain::Order;
use holdfast_runtime::{FromInit, Init, InitError};

use crate::domain::{HoldMinutes, SettingName, ShippingMethods, TaxRates};
use crate::ending::WithOrder;

/// All that a checkout needs.
#[derive(Clone)]
pub struct Till {
    pub(crate) table: Table,
    pub(crate) ambient: Ambient,
    pub(crate) carts: Carts,
    pub(crate) wares: Wares,
    pub(crate) holds: Holds,
    pub(crate) orders: Orders,
    pub(crate) ending: WithOrder,
    pub(crate) server_key: ServerKey,
    settings: Settings,
    guard: Guard,
    per_address: u32,
}

impl FromInit for Till {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self {
            table: Store::new(init).table(init, "ORDERS_TABLE")?,
            ambient: init.ambient.clone(),
            carts: Carts::from_init(init).await?,
            wares: Wares::from_init(init).await?,
            holds: Holds::from_init(init).await?,
            orders: Orders::from_init(init).await?,
            ending: WithOrder::from_init(init).await?,
            server_key: ServerKey::from_init(init).await?,
            settings: Settings::from_init(init).await?,
            guard: Guard::from_init(init).await?,
            per_address: init.env.parse("CHECKOUT_LIMIT_PER_ADDRESS")?,
        })
    }
}

impl FromRef<Till> for Guard {
    fn from_ref(till: &Till) -> Self {
        till.guard.clone()
    }
}

/// What the first round trip of a checkout finds.
#[derive(Debug)]
pub(crate) struct Found {
    /// The order that an earlier attempt under the same key placed.
    pub(crate) order: Option<Order>,
    pub(crate) cart: Option<Cart>,
    pub(crate) rates: TaxRates,
    pub(crate) methods: ShippingMethods,
    pub(crate) hold_for: HoldFor,
    pub(crate) warehouses: Warehouses,
}

/// What the second finds.
#[derive(Debug)]
pub(crate) struct Goods {
    pub(crate) wares: HashMap<Sku, Ware>,
    pub(crate) shelves: HashMap<Sku, Vec<Shelf>>,
}

impl Goods {
    /// How many there are of an article, over all warehouses.
    pub(crate) fn available(&self, sku: &Sku) -> u32 {
        let shelves = self.shelves.get(sku).map_or(&[] as &[Shelf], Vec::as_slice);
        shelves.iter().fold(0, |sum, shelf| sum.saturating_add(shelf.available))
    }
}

impl Till {
    /// The first round trip: everything strongly consistent.
    pub(crate) async fn found(&self, own: &[OrderId], shopper: &Shopper) -> Result<Found, StoreError> {
        let settings = [SettingName::TaxRates, SettingName::ShippingMethods, SettingName::HoldMinutes];
        let keys = own.iter().map(|id| self.orders.order_at(*id)).chain(settings.map(Settings::key));
        let keys: Vec<_> = keys.collect();
        let (found, cart, warehouses) =
            futures::try_join!(self.table.get_all(&keys), self.carts.found(shopper), self.holds.warehouses())?;
        let hold: HoldMinutes = self.settings.among(&found, SettingName::HoldMinutes)?.value;
        Ok(Found {
            order: self.orders.orders_in(&found)?.pop(),
            cart,
            rates: self.settings.among(&found, SettingName::TaxRates)?.value,
            methods: self.settings.among(&found, SettingName::ShippingMethods)?.value,
            hold_for: HoldFor::try_from(hold.minutes.saturating_mul(60)).unwrap_or_default(),
            warehouses,
        })
    }

    /// The second round trip: what is in the cart, as it is sold and as it lies.
    pub(crate) async fn goods(&self, cart: &Cart, warehouses: &Warehouses) -> Result<Goods, StoreError> {
        let skus: Vec<_> = cart.lines.iter().map(|line| line.sku.clone()).collect();
        let wares = self.wares.now(cart.lines.iter().map(|line| line.place));
        let (wares, shelves) = futures::try_join!(wares, self.holds.shelves(&skus, warehouses))?;
        Ok(Goods { wares, shelves })
    }

    /// Those of these orders that were placed, as they are now.
    pub(crate) async fn placed(&self, ids: &[OrderId]) -> Result<Vec<Order>, StoreError> {
        let keys: Vec<_> = ids.iter().map(|id| self.orders.order_at(*id)).collect();
        self.orders.orders_in(&self.table.get_all(&keys).await?)
    }

    /// Counts an attempt of one address: 429 when its hour admits no more.
    pub(crate) async fn admit(&self, origin: &Origin) -> Result<(), Problem> {
        let subject = hashed(&[&network(origin.source_ip)]);
        let counted = Counted { scope: "checkout", subject, window_s: 3_600, most: self.per_address };
        let admitted = self.table.count(&counted, self.ambient.now().as_second()).await?;
        admitted.map_err(|wait_s| {
            Problem::too_many("There were too many orders from this address: wait before the next.", wait_s)
        })
    }
}
