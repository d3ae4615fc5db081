//! GET /v1/orders/{id}: an order, for its owner.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_orders::api::orders_get::function())
}
