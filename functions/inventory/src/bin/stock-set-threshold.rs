//! PATCH /v1/admin/inventory/{sku}: staff say at how many an article counts as low.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_inventory::api::stock_set_threshold::function())
}
