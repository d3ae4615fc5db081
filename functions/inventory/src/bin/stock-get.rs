//! GET /v1/admin/inventory/{sku}: an article's stock, for staff.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_inventory::api::stock_get::function())
}
