//! What an order is, and what may become of it. Pure: no clock, no randomness, no AWS.

#![deny(clippy::as_conversions, clippy::float_arithmetic, clippy::indexing_slicing)]

mod number;
mod order;
mod returns;
mod shipment;
mod status;

pub use number::Number;
pub use order::{Buyer, Charges, Line, Order, Owner, Request, ShippingCharge, Step, Turn};
pub use returns::{Decision, NewReturn, Return, ReturnStatus, ReturnTurn, ReturnWrong, Returned};
pub use shipment::{Shipment, ShipmentState, Tracking};
pub use status::{PaymentStatus, Status};
