//! What sending and taxes cost, and what it all adds up to. Pure: no clock, no randomness, no AWS.

#![deny(clippy::as_conversions, clippy::float_arithmetic, clippy::indexing_slicing)]

mod percent;
mod quote;
mod settings;
mod shipping;
mod tax;

pub use percent::{Percent, PercentError};
pub use quote::{Bought, Quote, QuoteError, quote};
pub use settings::{AlertAddresses, HoldMinutes, SettingName, UnknownSetting, Wrong};
pub use shipping::{Rate, ShippingMethod, ShippingMethods};
pub use tax::{TaxRate, TaxRates};
