//! GET /v1/admin/inventory/{sku}/history: every movement of an article, for staff.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_inventory::api::stock_history::function())
}
