//! POST /v1/admin/inventory/{sku}/reserve: staff hold stock for somebody.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_inventory::api::stock_reserve::function())
}
