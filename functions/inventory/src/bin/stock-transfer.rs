//! POST /v1/admin/inventory/{sku}/transfer: staff bring stock from one warehouse to another.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_inventory::api::stock_transfer::function())
}
