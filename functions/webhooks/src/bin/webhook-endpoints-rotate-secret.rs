//! The Lambda `webhook-endpoints-rotate-secret`.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_webhooks::api::webhook_endpoints_rotate_secret::function())
}
