//! How a setting is shown.

use holdfast_core::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{AlertAddresses, HoldMinutes, SettingName, ShippingMethods, TaxRates};
use crate::store::Setting;

/// A setting.
#[derive(Debug, Serialize, ToSchema)]
pub struct SettingView {
    /// Which.
    #[schema(example = "hold-minutes")]
    name: &'static str,
    /// Counts its changes: the ETag. 0 while nobody has changed it.
    version: u64,
    /// What it says.
    value: SettingValue,
    /// Since when; never, while nobody has changed it.
    #[schema(value_type = Option<String>, format = DateTime)]
    updated_at: Option<Timestamp>,
}

/// What a setting says, each in its own shape.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum SettingValue {
    /// Of `tax-rates`.
    TaxRates(TaxRates),
    /// Of `shipping-methods`.
    ShippingMethods(ShippingMethods),
    /// Of `hold-minutes`.
    HoldMinutes(HoldMinutes),
    /// Of `alert-addresses`.
    AlertAddresses(AlertAddresses),
}

impl SettingView {
    pub(super) fn of<T>(name: SettingName, setting: Setting<T>, value: impl FnOnce(T) -> SettingValue) -> Self {
        let Setting { version, updated_at, value: said } = setting;
        Self { name: name.name(), version, value: value(said), updated_at }
    }

    pub(super) fn version(&self) -> u64 {
        self.version
    }
}
