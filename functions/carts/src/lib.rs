//! What somebody means to buy: a customer's one cart, and guests' carts.
//!
//! In reading order: [`domain`] says what fits into a cart, and what becomes of two that are put together, without a clock or a
//! table; [`shopper`] is who calls; [`store`] says where carts lie, and hands out the piece that closes one; [`api`] has a file for
//! each endpoint. **A cart tells nobody of its changes**: nothing is decided in it, and the order that it becomes speaks for both.

pub mod api;
pub mod domain;
pub mod shopper;
pub mod store;

pub use domain::{Capped, Cart, CartStatus, Count, Line, MOST_LINES, Owner, Placed};
pub use shopper::{CartToken, CartTokenError, Shopper, Visitor};
pub use store::{Carts, Merged};

use holdfast_runtime::Function;

/// The context's functions, in the order of its documentation.
pub fn functions() -> Vec<Function> {
    vec![
        api::cart_get::function(),
        api::cart_add_item::function(),
        api::cart_set_item::function(),
        api::cart_remove_item::function(),
        api::cart_clear::function(),
        api::cart_merge::function(),
    ]
}
