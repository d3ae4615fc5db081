//! payments-refund-execute: brings every refund to the gateway.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_payments::consumers::payments_refund_execute::function())
}
