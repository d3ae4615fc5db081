//! Money and orders always agree.
//!
//! In reading order: [`domain`] says what a payment and a refund are, and what the gateway's word means for them, without a clock
//! or a table; [`events`] lists what is told of it; [`store`] says where payments lie, and hands out the pieces that take money in
//! and give it back; [`gateway`] asks the payment gateway; [`cashier`] decides and commits, whoever brings the gateway's word;
//! [`agent`] follows intents and brings refunds to the gateway; [`api`] has a file for each endpoint, [`consumers`] one for each function behind them. **Card data never gets here.**

pub mod agent;
pub mod api;
pub mod cashier;
pub mod consumers;
pub mod domain;
pub mod events;
pub mod gateway;
pub mod store;
mod wire;

use holdfast_runtime::Function;

/// The context's functions, in the order of its documentation.
pub fn functions() -> Vec<Function> {
    vec![
        api::payments_create_intent::function(),
        api::payments_webhook::function(),
        api::payments_refund::function(),
        api::payments_list::function(),
        consumers::payments_follow_orders::function(),
        consumers::payments_refund_execute::function(),
        consumers::payments_reconcile::function(),
        consumers::webhooks_parked_retry::function(),
    ]
}
