//! POST /v1/admin/inventory/{sku}/adjust: staff correct a stock.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_inventory::api::stock_adjust::function())
}
