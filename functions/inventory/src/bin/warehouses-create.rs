//! POST /v1/admin/warehouses: staff open a warehouse.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_inventory::api::warehouses_create::function())
}
