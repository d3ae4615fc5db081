//! What endpoints are, and in which order they are told what happened. Pure: no clock, no randomness, no network.

mod delivery;
mod endpoint;
mod kinds;
mod lane;
mod secret;
mod target;

pub use delivery::{Attempt, Delivery, Mark, Outcome, Progress, delivery_id};
pub use endpoint::{Change, Description, DescriptionError, Endpoint, Filter, FilterError, Retiring, Status};
pub use kinds::known_kinds;
pub use lane::{Failing, Heard, Lane, RETRIED_FOR, Step, Verdict, WAITED_FOR};
pub use secret::SecretKey;
pub use target::{Target, TargetError};
