//! POST /v1/orders/{id}/returns: a buyer wants to send something back.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_orders::api::orders_request_return::function())
}
