//! GET /v1/admin/inventory/low-stock: what is low or out, for staff.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_inventory::api::stock_low::function())
}
