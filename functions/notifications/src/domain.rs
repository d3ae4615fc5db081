//! What people want to hear of, and where: preferences, devices, and addresses that no longer want anything. Pure: no clock, no
//! randomness, no AWS.

#![deny(clippy::as_conversions, clippy::float_arithmetic, clippy::indexing_slicing)]

mod device;
mod preferences;
mod standing;

pub use device::{Device, Phone, PhoneCode, PushToken, Target};
pub use preferences::{Channel, Choices, Fixed, Kind, Preferences};
pub use standing::{Standing, Why};
