//! PATCH /v1/admin/warehouses/{id}: staff rename a warehouse, or move it in the order.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_inventory::api::warehouses_update::function())
}
