//! The endpoints: a file each, named like its function. Here is only what several of them answer.

pub mod payments_create_intent;
pub mod payments_list;
pub mod payments_refund;
pub mod payments_webhook;

mod views;
