//! GET /v1/admin/orders: orders by status, customer and time, for staff.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_orders::api::admin_orders_list::function())
}
