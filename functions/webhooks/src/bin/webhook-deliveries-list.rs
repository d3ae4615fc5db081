//! The Lambda `webhook-deliveries-list`.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_webhooks::api::webhook_deliveries_list::function())
}
