//! The Lambda `webhook-deliver`.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_webhooks::consumers::deliver::function())
}
