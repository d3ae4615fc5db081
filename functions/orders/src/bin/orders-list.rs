//! GET /v1/orders: the caller's orders.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_orders::api::orders_list::function())
}
