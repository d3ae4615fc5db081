//! POST /v1/webhooks/payments: the gateway tells what became of a payment or a refund.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_payments::api::payments_webhook::function())
}
