//! GET /v1/orders/{id}/receipt: what was paid, on paper.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_orders::api::orders_receipt::function())
}
