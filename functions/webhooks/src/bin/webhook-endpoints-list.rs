//! The Lambda `webhook-endpoints-list`.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_webhooks::api::webhook_endpoints_list::function())
}
