//! Taxes: a table by country and region.

use holdfast_accounts::domain::PostalAddress;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::percent::Percent;
use super::settings::Wrong;

/// What is charged where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaxRates {
    /// A rate for each country, or for each of its regions. Where there is none, no tax is charged.
    #[schema(max_items = 500)]
    pub rates: Vec<TaxRate>,
}

/// What is charged in a country, or in one of its regions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaxRate {
    /// ISO 3166-1 alpha-2, in capitals.
    #[schema(example = "CH", min_length = 2, max_length = 2)]
    pub country: String,
    /// As addresses name it; the whole country when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "CA", max_length = 100)]
    pub region: Option<String>,
    /// How much, in percent.
    #[schema(value_type = String, example = "8.1")]
    pub percent: Percent,
    /// Whether prices include it, or it comes on top.
    pub included: bool,
    /// Whether it is charged on sending, too.
    pub on_shipping: bool,
}

impl TaxRates {
    /// Rates of one shop: every country, and the regions of those that have some.
    pub const MOST: usize = 500;

    /// Itself, if it is what it must be.
    pub fn checked(self) -> Result<Self, Wrong> {
        if self.rates.len() > Self::MOST {
            return Err(Wrong::at("/rates", format!("must be at most {}", Self::MOST)));
        }
        for (place, rate) in self.rates.iter().enumerate() {
            if !is_country(&rate.country) {
                let why = "must be two capitals, as ISO 3166-1 has them";
                return Err(Wrong::at(format!("/rates/{place}/country"), why));
            }
            if rate.region.as_ref().is_some_and(|region| region.trim() != region || !(1..=100).contains(&region.len()))
            {
                return Err(Wrong::at(
                    format!("/rates/{place}/region"),
                    "must be 1 to 100 bytes, without spaces around",
                ));
            }
            let same = |other: &&TaxRate| other.country == rate.country && other.region == rate.region;
            if self.rates.iter().take(place).any(|other| same(&other)) {
                return Err(Wrong::at(format!("/rates/{place}"), "stands there already"));
            }
        }
        Ok(self)
    }

    /// What is charged at an address: its region's rate, else its country's.
    pub fn at(&self, address: &PostalAddress) -> Option<&TaxRate> {
        let here = || self.rates.iter().filter(|rate| rate.country == address.country);
        let named = |rate: &&TaxRate| {
            let region = rate.region.as_ref().zip(address.region.as_ref());
            region.is_some_and(|(one, other)| one.eq_ignore_ascii_case(other))
        };
        here().find(named).or_else(|| here().find(|rate| rate.region.is_none()))
    }
}

/// What a new shop charges: a table to begin with, which staff make their own.
impl Default for TaxRates {
    fn default() -> Self {
        let rate = |country: &str, region: Option<&str>, percent: &str, included| TaxRate {
            country: country.to_owned(),
            region: region.map(str::to_owned),
            percent: percent.to_owned().try_into().unwrap_or_default(),
            included,
            on_shipping: included,
        };
        let rates = vec![
            rate("AT", None, "20", true),
            rate("CH", None, "8.1", true),
            rate("DE", None, "19", true),
            rate("FR", None, "20", true),
            rate("GB", None, "20", true),
            rate("IT", None, "22", true),
            rate("NL", None, "21", true),
            rate("US", Some("CA"), "7.25", false),
            rate("US", Some("NY"), "4", false),
        ];
        Self { rates }
    }
}

/// Two capitals.
pub(super) fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}
