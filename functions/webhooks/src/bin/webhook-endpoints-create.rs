//! The Lambda `webhook-endpoints-create`.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_webhooks::api::webhook_endpoints_create::function())
}
