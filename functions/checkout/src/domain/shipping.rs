//! Sending: methods by country, weight and currency.

use holdfast_core::{Currency, Money};
use holdfast_http::MoneySchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::settings::Wrong;
use super::tax::is_country;

/// How parcels are sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShippingMethods {
    /// In the order in which they are shown.
    #[schema(max_items = 20)]
    pub methods: Vec<ShippingMethod>,
}

/// A way of sending parcels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShippingMethod {
    /// By which checkout names it: 1 to 32 of a-z 0-9 -.
    #[schema(example = "standard", max_length = 32)]
    pub id: String,
    /// What it is called: 1 to 60 characters.
    #[schema(example = "Standard, 3 to 5 days", max_length = 60)]
    pub label: String,
    /// To which countries; everywhere when there are none.
    #[serde(default)]
    #[schema(max_items = 250)]
    pub countries: Vec<String>,
    /// What it costs, by weight: the first in a currency that carries it.
    #[schema(min_items = 1, max_items = 100)]
    pub rates: Vec<Rate>,
    /// From which subtotal on it costs nothing, in each currency.
    #[serde(default)]
    #[schema(value_type = Vec<MoneySchema>, max_items = 20)]
    pub free_from: Vec<Money>,
}

/// What a parcel up to a weight costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// The heaviest parcel.
    #[schema(minimum = 1, example = 2000)]
    pub up_to_grams: u32,
    /// What it costs.
    #[schema(value_type = MoneySchema)]
    pub price: Money,
}

impl ShippingMethods {
    const MOST: usize = 20;
    const MOST_RATES: usize = 100;

    /// Itself, if it is what it must be.
    pub fn checked(self) -> Result<Self, Wrong> {
        if self.methods.len() > Self::MOST {
            return Err(Wrong::at("/methods", format!("must be at most {}", Self::MOST)));
        }
        for (place, method) in self.methods.iter().enumerate() {
            let at = |field: &str| format!("/methods/{place}/{field}");
            let plain =
                method.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
            if !plain || !(1..=32).contains(&method.id.len()) {
                return Err(Wrong::at(at("id"), "must be 1 to 32 of a-z 0-9 -"));
            }
            if self.methods.iter().take(place).any(|other| other.id == method.id) {
                return Err(Wrong::at(at("id"), "stands there already"));
            }
            if !(1..=60).contains(&method.label.trim().chars().take(61).count()) {
                return Err(Wrong::at(at("label"), "must have 1 to 60 characters"));
            }
            if method.countries.len() > 250 || !method.countries.iter().all(|country| is_country(country)) {
                return Err(Wrong::at(at("countries"), "must be capitals, as ISO 3166-1 has them, two each"));
            }
            if !(1..=Self::MOST_RATES).contains(&method.rates.len()) {
                return Err(Wrong::at(at("rates"), format!("must be 1 to {}", Self::MOST_RATES)));
            }
            if method.rates.iter().any(|rate| rate.up_to_grams == 0 || rate.price.amount < 0) {
                return Err(Wrong::at(at("rates"), "must carry something, and cost nothing or more"));
            }
            if method.free_from.len() > Self::MOST || method.free_from.iter().any(|from| from.amount < 0) {
                return Err(Wrong::at(at("free_from"), "must be at most 20, of nothing or more"));
            }
        }
        Ok(self)
    }

    /// Those that go to a country.
    pub fn to(&self, country: &str) -> impl Iterator<Item = &ShippingMethod> {
        self.methods.iter().filter(move |method| method.goes_to(country))
    }
}

impl ShippingMethod {
    /// Whether parcels go there.
    pub fn goes_to(&self, country: &str) -> bool {
        self.countries.is_empty() || self.countries.iter().any(|own| own == country)
    }

    /// What a parcel costs; nothing is said where it is too heavy, or paid in another currency.
    pub fn price(&self, subtotal: Money, grams: u64) -> Option<Money> {
        let of = |currency: Currency| move |money: &&Money| money.currency == currency;
        let carries = |rate: &&Rate| u64::from(rate.up_to_grams) >= grams && rate.price.currency == subtotal.currency;
        let rate = self.rates.iter().filter(carries).min_by_key(|rate| rate.up_to_grams)?;
        let free = self.free_from.iter().find(of(subtotal.currency)).is_some_and(|from| subtotal.amount >= from.amount);
        Some(if free { Money::new(0, subtotal.currency) } else { rate.price })
    }
}

/// What a new shop offers: methods to begin with, which staff make their own.
impl Default for ShippingMethods {
    fn default() -> Self {
        let currencies = ["CHF", "EUR", "GBP", "USD"].into_iter().filter_map(|code| code.parse::<Currency>().ok());
        let method = |id: &str, label: &str, countries: &[&str], steps: [(u32, i64); 3], free: Option<i64>| {
            let rate =
                |currency| steps.map(|(up_to_grams, amount)| Rate { up_to_grams, price: Money::new(amount, currency) });
            let free_from = currencies.clone().filter_map(|currency| Some(Money::new(free?, currency)));
            ShippingMethod {
                id: id.to_owned(),
                label: label.to_owned(),
                countries: countries.iter().map(|country| (*country).to_owned()).collect(),
                rates: currencies.clone().flat_map(rate).collect(),
                free_from: free_from.collect(),
            }
        };
        let near = ["AT", "CH", "DE", "FR", "GB", "IT", "LI", "NL", "US"];
        let methods = vec![
            method(
                "standard",
                "Standard, 3 to 5 days",
                &[],
                [(2_000, 700), (10_000, 1_200), (30_000, 2_500)],
                Some(10_000),
            ),
            method(
                "express",
                "Express, the next working day",
                &near,
                [(2_000, 1_800), (10_000, 2_900), (30_000, 4_900)],
                None,
            ),
        ];
        Self { methods }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd(amount: i64) -> Money {
        Money::new(amount, "USD".parse().unwrap())
    }

    #[test]
    fn a_parcel_costs_what_the_lightest_rate_that_carries_it_says() {
        let methods = ShippingMethods::default().checked().unwrap();
        let standard = methods.to("JP").next().unwrap();
        assert_eq!(methods.to("JP").count(), 1, "express goes to some countries only");
        assert_eq!(standard.price(usd(9_999), 2_000), Some(usd(700)));
        assert_eq!(standard.price(usd(9_999), 2_001), Some(usd(1_200)));
        assert_eq!(standard.price(usd(10_000), 2_001), Some(usd(0)), "free from there on");
        assert_eq!(standard.price(usd(10_000), 30_001), None, "too heavy, also for nothing");
        assert_eq!(standard.price(Money::new(1, "JPY".parse().unwrap()), 1), None);
    }
}
