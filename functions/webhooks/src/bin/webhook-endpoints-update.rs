//! The Lambda `webhook-endpoints-update`.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_webhooks::api::webhook_endpoints_update::function())
}
