//! Warehouses.

use holdfast_core::{Causation, WarehouseId};
use holdfast_dynamo::{Action, Query, StoreError, of_kind};
use holdfast_http::Problem;

use super::Inventory;
use super::items::{WAREHOUSES, WarehouseItem, opened_key, warehouse_key};
use crate::domain::Warehouse;
use crate::events::Happened;

impl Inventory {
    /// All warehouses, in the order in which they are taken from.
    pub(crate) async fn warehouses(&self) -> Result<Vec<Warehouse>, StoreError> {
        let found = self.table.all(&Query::partition(WAREHOUSES)).await?;
        let mut warehouses: Vec<Warehouse> =
            of_kind::<WarehouseItem>(&found)?.into_iter().map(Warehouse::from).collect();
        warehouses.sort_by_key(|warehouse| (warehouse.priority, warehouse.id));
        Ok(warehouses)
    }

    /// A warehouse.
    pub(crate) async fn warehouse(&self, id: WarehouseId) -> Result<Warehouse, Problem> {
        let item: Option<WarehouseItem> = self.table.get(&warehouse_key(id)).await?;
        item.map(Warehouse::from).ok_or_else(|| Problem::not_found("warehouse"))
    }

    /// The warehouse that a body names: 422 where there is none.
    pub(crate) async fn warehouse_at(&self, pointer: &str, id: WarehouseId) -> Result<Warehouse, Problem> {
        let item: Option<WarehouseItem> = self.table.get(&warehouse_key(id)).await?;
        item.map(Warehouse::from).ok_or_else(|| Problem::invalid(pointer, "names no warehouse"))
    }

    /// Writes a new warehouse.
    pub(crate) fn open_warehouse(&self, warehouse: &Warehouse, cause: &Causation) -> Action {
        let event = self.event(&Happened::WarehouseCreated {}, warehouse.id, cause);
        self.table.put_with(&WarehouseItem::from(warehouse.clone()), &event).if_absent()
    }

    /// Counts a new warehouse, unless there are as many as there may be. It belongs into the transaction that opens it, beside
    /// what cannot happen twice: whoever read how many there are would not know of those who open one at the same moment.
    pub(crate) fn count_warehouse(&self) -> Action {
        self.table
            .update(opened_key(), "SET #entity = :entity, #v = :one ADD #opened :one")
            .when("attribute_not_exists(#opened) OR #opened < :most")
            .value(":entity", "opened")
            .value(":one", 1)
            .value(":most", Warehouse::MOST)
    }

    /// Writes a changed warehouse, unless somebody else has changed it since `seen`.
    pub(crate) fn change_warehouse(&self, warehouse: &Warehouse, seen: u64, cause: &Causation) -> Action {
        let event = self.event(&Happened::WarehouseChanged {}, warehouse.id, cause);
        self.table.put_with(&WarehouseItem::from(warehouse.clone()), &event).if_version(seen)
    }
}
