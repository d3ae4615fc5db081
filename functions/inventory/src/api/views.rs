//! How stock, warehouses and reservations are shown.

use holdfast_core::{ReservationId, Sku, Timestamp, WarehouseId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{Level, Reservation, Status, Take, Warehouse, WarehouseName};
use crate::store::{Stock, StockItem};

/// A warehouse.
#[derive(Debug, Serialize, ToSchema)]
pub struct WarehouseView {
    /// Its id.
    #[schema(value_type = String, example = "whs_01kdvdna0023hc8t35x63mc56q")]
    pub id: WarehouseId,
    /// What it is called.
    #[schema(value_type = String, example = "Zurich")]
    pub name: WarehouseName,
    /// Its place in the order in which they are taken from: the lowest first.
    #[schema(example = 10)]
    pub priority: u32,
    /// Since when it is there.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

/// An article's stock, over all warehouses.
#[derive(Debug, Serialize, ToSchema)]
pub struct StockView {
    /// Which article.
    #[schema(value_type = String, example = "TEE-M")]
    pub sku: Sku,
    /// How many can be had.
    pub available: u32,
    /// How many are held.
    pub reserved: u32,
    /// How many lie there: both together.
    pub on_hand: u32,
    /// At how many it counts as low.
    pub low_stock_threshold: u32,
    /// How well it is stocked.
    pub level: Level,
    /// What lies where, in the order in which it is taken.
    pub warehouses: Vec<PlaceView>,
}

/// What lies of an article in a warehouse.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlaceView {
    /// Where.
    #[schema(value_type = String)]
    pub warehouse_id: WarehouseId,
    /// What the warehouse is called.
    pub name: String,
    /// How many can be taken.
    pub available: u32,
    /// How many are held.
    pub reserved: u32,
    /// Both together.
    pub on_hand: u32,
}

/// Stock that is held for somebody.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReservationView {
    /// Its id.
    #[schema(value_type = String, example = "rsv_01kdvdna0023hc8t35x63mc56q")]
    pub id: ReservationId,
    /// Where it stands.
    pub status: Status,
    /// What it is held for.
    pub reference: String,
    /// What is held, and where.
    pub lines: Vec<Take>,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// From when on it may expire.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
}

impl WarehouseView {
    pub(crate) fn of(warehouse: &Warehouse) -> Self {
        Self {
            id: warehouse.id,
            name: warehouse.name.clone(),
            priority: warehouse.priority.into(),
            created_at: warehouse.created_at,
        }
    }
}

impl StockView {
    pub(crate) fn of(stock: &Stock, warehouses: &[Warehouse]) -> Self {
        let (available, reserved) = (stock.available(), stock.reserved());
        let low_stock_threshold = stock.article.low_stock_threshold;
        Self {
            sku: stock.article.sku.clone(),
            available,
            reserved,
            on_hand: available.saturating_add(reserved),
            low_stock_threshold,
            level: Level::of(available, low_stock_threshold),
            warehouses: stock.places.iter().map(|place| PlaceView::of(place, warehouses)).collect(),
        }
    }
}

impl PlaceView {
    fn of(place: &StockItem, warehouses: &[Warehouse]) -> Self {
        let warehouse = warehouses.iter().find(|warehouse| warehouse.id == place.warehouse_id);
        Self {
            warehouse_id: place.warehouse_id,
            name: warehouse.map(|warehouse| warehouse.name.to_string()).unwrap_or_default(),
            available: place.available,
            reserved: place.reserved,
            on_hand: place.balance().on_hand(),
        }
    }
}

impl ReservationView {
    /// As it stands.
    pub(crate) fn of(reservation: &Reservation) -> Self {
        Self {
            id: reservation.id,
            status: reservation.status,
            reference: reservation.reference.to_string(),
            lines: reservation.lines.clone(),
            created_at: reservation.created_at,
            expires_at: reservation.expires_at,
        }
    }

    /// As it was when it was made: what a repeat of its request is answered.
    pub(crate) fn as_made(reservation: &Reservation) -> Self {
        Self { status: Status::Active, ..Self::of(reservation) }
    }
}
