//! The endpoints: a file each, named like its function. Here is only what several of them answer.

pub mod cart_add_item;
pub mod cart_clear;
pub mod cart_get;
pub mod cart_merge;
pub mod cart_remove_item;
pub mod cart_set_item;

mod refusals;
mod view;

pub use view::{CartLineView, CartView, Changed, Totals, Warning};
