//! From a cart to an order, in one transaction; and from an order that nobody pays back to stock.
//!
//! In reading order: [`domain`] says what sending and taxes cost, and adds it up, without a clock or a table; [`events`] lists what
//! is told; [`store`] reads all that a checkout needs, in two round trips; [`placing`] decides and commits; [`api`] has a file for each endpoint; [`ending`] is how
//! an order expires together with its hold, and [`consumers`] are inventory's functions that know it: whoever of four asks, both end.

pub mod api;
pub mod consumers;
pub mod domain;
pub mod ending;
pub mod events;
pub mod placing;
pub mod store;

pub use store::Alerts;

use holdfast_runtime::Function;

/// The context's functions, in the order of its documentation.
pub fn functions() -> Vec<Function> {
    vec![
        api::checkout_quote::function(),
        api::checkout_place::function(),
        api::shipping_methods_list::function(),
        api::settings_get::function(),
        api::settings_update::function(),
        consumers::inventory_projector(),
        consumers::reservations_expire(),
        consumers::reservations_sweep(),
    ]
}
