//! What fits into a cart. Pure: no clock, no randomness, no AWS.

#![deny(clippy::as_conversions, clippy::float_arithmetic, clippy::indexing_slicing)]

mod cart;
mod count;

pub use cart::{Capped, Cart, CartStatus, Line, MOST_LINES, Misfit, Owner, Placed, UsedKey};
pub use count::{Count, CountError};
