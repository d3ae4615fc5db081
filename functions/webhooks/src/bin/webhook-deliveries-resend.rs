//! The Lambda `webhook-deliveries-resend`.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_webhooks::api::webhook_deliveries_resend::function())
}
