//! The consumers: a file each, named like its function.

pub mod payments_follow_orders;
pub mod payments_reconcile;
pub mod payments_refund_execute;
pub mod webhooks_parked_retry;
