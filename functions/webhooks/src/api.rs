//! The endpoints: a file each, named like its function. Here is only what several of them use.

pub mod webhook_deliveries_list;
pub mod webhook_deliveries_resend;
pub mod webhook_endpoints_create;
pub mod webhook_endpoints_delete;
pub mod webhook_endpoints_list;
pub mod webhook_endpoints_rotate_secret;
pub mod webhook_endpoints_update;

mod views;

pub use views::{AttemptView, DeliveryStatus, DeliveryView, EndpointView};
