//! What a payment and a refund are, and what the gateway's word means for them. Pure: no clock, no randomness, no AWS.

#![deny(clippy::as_conversions, clippy::float_arithmetic, clippy::indexing_slicing)]

mod decide;
mod ids;
mod payment;
mod refund;
mod told;

pub use decide::{Decision, decide};
pub use ids::{GatewayId, GatewayIdError};
pub use payment::{Mismatch, Payment, PaymentState};
pub use refund::{Refund, RefundStatus, RefundTurn, Why, moved_by};
pub use told::{IntentState, IntentTold, RefundState, RefundTold};
