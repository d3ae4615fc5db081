//! The code behind the bins that template.yaml names.

use holdfast_runtime::Function;

/// The functions of all contexts.
pub fn functions() -> Vec<Function> {
    [
        holdfast_accounts::functions(),
        holdfast_catalog::functions(),
        holdfast_inventory::functions(),
        holdfast_carts::functions(),
        holdfast_orders::functions(),
        holdfast_checkout::functions(),
        holdfast_payments::functions(),
        holdfast_notifications::functions(),
        holdfast_webhooks::functions(),
        holdfast_trail::functions(),
        holdfast_migrations::functions(),
        holdfast_relay::functions(),
        holdfast_service::functions(),
    ]
    .concat()
}
