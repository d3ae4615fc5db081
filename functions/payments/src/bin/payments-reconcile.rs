//! payments-reconcile: every five minutes, whatever webhooks did not tell.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_payments::consumers::payments_reconcile::function())
}
