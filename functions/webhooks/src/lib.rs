//! What the outside is told: endpoints that staff register, and events on their way to them.
//!
//! In reading order: [`domain`] says what an endpoint is, what signs its deliveries, and in which order a subject's events go,
//! without a clock or a network; [`events`] lists what can happen to endpoints themselves; [`store`] is the table; [`courier`] signs
//! and sends; [`api`] has a file for each endpoint of the API, [`consumers`] one for what delivers.

pub mod api;
pub mod consumers;
pub mod courier;
pub mod domain;
pub mod events;
pub mod store;

use holdfast_runtime::Function;

/// The context's functions, in the order of its documentation.
pub fn functions() -> Vec<Function> {
    vec![
        api::webhook_endpoints_create::function(),
        api::webhook_endpoints_list::function(),
        api::webhook_endpoints_update::function(),
        api::webhook_endpoints_delete::function(),
        api::webhook_endpoints_rotate_secret::function(),
        api::webhook_deliveries_list::function(),
        api::webhook_deliveries_resend::function(),
        consumers::deliver::function(),
    ]
}
