//! GET /v1/admin/inventory: all articles, for staff.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_inventory::api::stock_list::function())
}
