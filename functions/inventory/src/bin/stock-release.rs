//! POST /v1/admin/inventory/{sku}/release: staff give back what is held.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_inventory::api::stock_release::function())
}
