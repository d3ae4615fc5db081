//! POST /v1/admin/orders/{id}/status: staff move an order on.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_orders::api::admin_orders_set_status::function())
}
