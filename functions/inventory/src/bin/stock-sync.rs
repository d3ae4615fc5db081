//! POST /v1/admin/inventory/sync: a warehouse's own counts.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_inventory::api::stock_sync::function())
}
