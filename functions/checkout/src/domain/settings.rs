//! What staff set.

use std::str::FromStr;

use holdfast_accounts::domain::Email;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingName {
    /// [`super::TaxRates`].
    TaxRates,
    /// [`super::ShippingMethods`].
    ShippingMethods,
    /// [`HoldMinutes`].
    HoldMinutes,
    /// [`AlertAddresses`].
    AlertAddresses,
}

/// There is no such setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no setting")]
pub struct UnknownSetting;

/// Which field is wrong, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// A pointer to it.
    pub pointer: String,
    /// Why.
    pub why: String,
}

/// For how long an order's stock is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldMinutes {
    /// 1 to 60.
    #[schema(minimum = 1, maximum = 60, example = 15)]
    pub minutes: u32,
}

/// Whom the shop alerts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertAddresses {
    /// Of articles that run low: at most ten addresses.
    #[schema(value_type = Vec<String>, max_items = 10, example = json!(["warehouse@demo.test"]))]
    pub low_stock: Vec<Email>,
}

impl SettingName {
    /// As paths and items name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::TaxRates => "tax-rates",
            Self::ShippingMethods => "shipping-methods",
            Self::HoldMinutes => "hold-minutes",
            Self::AlertAddresses => "alert-addresses",
        }
    }
}

impl FromStr for SettingName {
    type Err = UnknownSetting;
    fn from_str(text: &str) -> Result<Self, UnknownSetting> {
        let all = [Self::TaxRates, Self::ShippingMethods, Self::HoldMinutes, Self::AlertAddresses];
        all.into_iter().find(|name| name.name() == text).ok_or(UnknownSetting)
    }
}

impl Wrong {
    /// At this pointer.
    pub fn at(pointer: impl Into<String>, why: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), why: why.into() }
    }
}

impl HoldMinutes {
    /// Itself, if it is what it must be.
    pub fn checked(self) -> Result<Self, Wrong> {
        if (1..=60).contains(&self.minutes) { Ok(self) } else { Err(Wrong::at("/minutes", "must be from 1 to 60")) }
    }
}

impl AlertAddresses {
    /// Itself, if it is what it must be.
    pub fn checked(self) -> Result<Self, Wrong> {
        if self.low_stock.len() <= 10 { Ok(self) } else { Err(Wrong::at("/low_stock", "must be at most 10")) }
    }
}
