//! POST /v1/admin/inventory: staff put an article into a warehouse for the first time.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_inventory::api::stock_create::function())
}
