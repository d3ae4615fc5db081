//! GET /v1/admin/orders/{id}: an order, for staff.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_orders::api::admin_orders_get::function())
}
