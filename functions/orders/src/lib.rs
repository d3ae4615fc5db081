//! What was bought, and what becomes of it.
//!
//! In reading order: [`domain`] says what an order is and where it may go, without a clock or a table; [`events`] lists what is
//! told of it; [`store`] says where orders lie, and hands out the pieces that place, expire and pay one; [`owner`] is who may
//! see it; [`api`] has a file for each endpoint, [`consumers`] one for each consumer. Placing and expiring are put together in checkout, paying in payments.

pub mod api;
pub mod consumers;
pub mod domain;
pub mod events;
pub mod owner;
pub mod receipt;
pub mod store;

pub use store::{Counter, Orders, Payment};

use holdfast_runtime::Function;

/// The context's functions, in the order of its documentation.
pub fn functions() -> Vec<Function> {
    vec![
        api::orders_list::function(),
        api::orders_get::function(),
        api::orders_cancel::function(),
        api::orders_request_return::function(),
        api::orders_receipt::function(),
        api::admin_orders_list::function(),
        api::admin_orders_get::function(),
        api::admin_orders_set_status::function(),
        api::admin_returns_list::function(),
        api::admin_returns_decide::function(),
        api::shipping_webhook::function(),
        consumers::buyers_erase::function(),
    ]
}
