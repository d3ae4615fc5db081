//! POST /v1/orders/{id}/payment-intent: what an order can be paid with.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_payments::api::payments_create_intent::function())
}
