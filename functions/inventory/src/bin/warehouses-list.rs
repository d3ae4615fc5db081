//! GET /v1/admin/warehouses: all warehouses, for staff.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_inventory::api::warehouses_list::function())
}
