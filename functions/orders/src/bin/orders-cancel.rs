//! POST /v1/orders/{id}/cancel: an order is called off by its owner.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_orders::api::orders_cancel::function())
}
