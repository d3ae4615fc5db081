//! webhooks-parked-retry: every five minutes, what waits for its order.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_payments::consumers::webhooks_parked_retry::function())
}
