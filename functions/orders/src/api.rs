//! The endpoints: a file each, named like its function. Here is only what several of them answer.

pub mod admin_orders_get;
pub mod admin_orders_list;
pub mod admin_orders_set_status;
pub mod admin_returns_decide;
pub mod admin_returns_list;
pub mod orders_cancel;
pub mod orders_get;
pub mod orders_list;
pub mod orders_receipt;
pub mod orders_request_return;
pub mod shipping_webhook;

mod cancelling;
mod staff_views;
mod views;

pub use views::{ChargeView, LineView, OrderSummary, OrderView, ReturnView, TurnView};
