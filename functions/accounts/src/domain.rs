//! Who people are, and what may become of them. Pure: no clock, no randomness, no AWS.

#![deny(clippy::as_conversions, clippy::float_arithmetic, clippy::indexing_slicing)]

mod address;
mod device;
mod email;
mod person;
mod session;
mod user;

pub use address::{PostalAddress, Wrong};
pub use device::Device;
pub use email::Email;
pub use person::{Locale, PersonName};
pub use session::{Presented, Session, SessionState};
pub use user::{Code, DisableReason, Status, User};
