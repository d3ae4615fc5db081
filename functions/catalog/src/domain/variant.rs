//! Variants: what a shopper puts into the cart.

use holdfast_core::{Money, Sku, VariantId};
use holdfast_http::present;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::options::Choice;
use super::wrong::Wrong;

/// Whether a variant is sold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum VariantStatus {
    /// It is.
    #[default]
    Active,
    /// No more. Its SKU stays taken, because orders name it.
    Archived,
}

/// A variant of a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// Which.
    pub id: VariantId,
    /// Counts its changes: the ETag.
    pub version: u64,
    /// Its stock-keeping unit, unique in the shop.
    pub sku: Sku,
    /// What it costs.
    pub price: Money,
    /// What it cost before, to be shown struck through.
    pub compare_at_price: Option<Money>,
    /// Its value of each option.
    pub options: Choice,
    /// What it weighs.
    pub weight_grams: Option<u32>,
    /// GTIN, EAN, UPC or ISBN.
    pub barcode: Option<String>,
    /// Whether it is sold.
    pub status: VariantStatus,
}

/// A variant that is to be.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewVariant {
    /// Its stock-keeping unit: 1 to 64 of A-Z a-z 0-9 . _ -, unique in the shop.
    #[schema(value_type = String, example = "MUG-BLUE-L", max_length = 64)]
    pub sku: Sku,
    /// What it costs.
    #[schema(value_type = holdfast_http::MoneySchema)]
    pub price: Money,
    /// What it cost before: more than it costs.
    #[serde(default)]
    #[schema(value_type = Option<holdfast_http::MoneySchema>)]
    pub compare_at_price: Option<Money>,
    /// A value for each of the product's options.
    #[serde(default)]
    #[schema(value_type = std::collections::BTreeMap<String, String>, example = json!({"Size": "L"}))]
    pub options: Choice,
    /// What it weighs.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 10_000_000)]
    pub weight_grams: Option<u32>,
    /// GTIN, EAN, UPC or ISBN.
    #[serde(default)]
    #[schema(max_length = 48)]
    pub barcode: Option<String>,
    /// Whether it is sold.
    #[serde(default)]
    pub status: VariantStatus,
}

/// A change of a variant: what is left out stays; null empties what may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct VariantChange {
    /// What it costs.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = holdfast_http::MoneySchema)]
    pub price: Option<Money>,
    /// What it cost before.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<holdfast_http::MoneySchema>)]
    pub compare_at_price: Option<Option<Money>>,
    /// A value for each of the product's options.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    pub options: Option<Choice>,
    /// What it weighs.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 10_000_000)]
    pub weight_grams: Option<Option<u32>>,
    /// GTIN, EAN, UPC or ISBN.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<String>, max_length = 48)]
    pub barcode: Option<Option<String>>,
    /// Whether it is sold.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = VariantStatus)]
    pub status: Option<VariantStatus>,
}

impl NewVariant {
    /// As a variant; whether it fits its product is the product's to say.
    pub fn create(self, id: VariantId) -> Result<Variant, Wrong> {
        let Self { sku, price, compare_at_price, options, weight_grams, barcode, status } = self;
        Variant { id, version: 1, sku, price, compare_at_price, options, weight_grams, barcode, status }.checked()
    }
}

impl VariantChange {
    pub(super) fn apply(self, old: Variant) -> Result<Variant, Wrong> {
        Variant {
            price: self.price.unwrap_or(old.price),
            compare_at_price: self.compare_at_price.unwrap_or(old.compare_at_price),
            options: self.options.unwrap_or(old.options),
            weight_grams: self.weight_grams.unwrap_or(old.weight_grams),
            barcode: self.barcode.unwrap_or(old.barcode),
            status: self.status.unwrap_or(old.status),
            ..old
        }
        .checked()
    }
}

impl Variant {
    /// The highest price, in minor units: a cart of the most pieces of one still adds up.
    pub const MOST_PRICE: i64 = 10_000_000_000;
    /// The heaviest, in grams: ten tonnes.
    pub const HEAVIEST: u32 = 10_000_000;
    /// The longest barcode, in characters.
    pub const LONGEST_BARCODE: usize = 48;

    /// Whether it is sold.
    pub fn is_active(&self) -> bool {
        match self.status {
            VariantStatus::Active => true,
            VariantStatus::Archived => false,
        }
    }

    fn checked(self) -> Result<Self, Wrong> {
        let most = Self::MOST_PRICE;
        for (pointer, money) in [("/price", Some(self.price)), ("/compare_at_price", self.compare_at_price)] {
            if money.is_some_and(|money| !(1..=most).contains(&money.amount)) {
                return Err(Wrong::at(format!("{pointer}/amount"), format!("must be from 1 to {most}")));
            }
        }
        if let Some(before) = self.compare_at_price {
            if before.currency != self.price.currency {
                return Err(Wrong::at("/compare_at_price/currency", "must be the price's currency"));
            }
            if before.amount <= self.price.amount {
                return Err(Wrong::at("/compare_at_price/amount", "must be more than the price"));
            }
        }
        if self.weight_grams.is_some_and(|grams| !(1..=Self::HEAVIEST).contains(&grams)) {
            return Err(Wrong::at("/weight_grams", format!("must be from 1 to {}", Self::HEAVIEST)));
        }
        let longest = Self::LONGEST_BARCODE;
        let fits = |code: &String| {
            (1..=longest).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        if !self.barcode.as_ref().is_none_or(fits) {
            let detail = format!("must be 1 to {longest} of the characters A-Z a-z 0-9 -");
            return Err(Wrong::at("/barcode", detail));
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use holdfast_core::Id;
    use serde_json::json;

    fn create(change: impl FnOnce(&mut serde_json::Value)) -> Result<Variant, String> {
        let mut body = json!({"sku": "MUG", "price": {"amount": 1999, "currency": "USD"}});
        change(&mut body);
        let new: NewVariant = serde_json::from_value(body).map_err(|error| error.to_string())?;
        new.create(VariantId::from_bytes([0; 16])).map_err(|wrong| wrong.pointer)
    }

    #[test]
    fn a_price_is_a_whole_number_of_minor_units_above_nothing() {
        let price = |amount: serde_json::Value| create(|body| body["price"]["amount"] = amount).map(|v| v.price.amount);
        assert_eq!(price(json!(1)), Ok(1));
        assert_eq!(price(json!(10_000_000_000_i64)), Ok(10_000_000_000));
        for wrong in [json!(0), json!(-1), json!(10_000_000_001_i64), json!(i64::MAX), json!(i64::MIN)] {
            assert_eq!(price(wrong), Err("/price/amount".to_owned()));
        }
        for wrong in [json!(1999.5), json!(9_223_372_036_854_775_808_u64), json!("1999"), json!(1e300), json!(null)] {
            assert!(price(wrong.clone()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_it_cost_before_was_more_and_in_the_same_currency() {
        let before = |amount: i64, currency: &str| {
            create(|body| body["compare_at_price"] = json!({"amount": amount, "currency": currency})).map(drop)
        };
        assert_eq!(before(2000, "USD"), Ok(()));
        assert_eq!(before(1999, "USD"), Err("/compare_at_price/amount".to_owned()));
        assert_eq!(before(2000, "EUR"), Err("/compare_at_price/currency".to_owned()));
        assert_eq!(before(-1, "USD"), Err("/compare_at_price/amount".to_owned()));
    }

    #[test]
    fn weight_and_barcode_have_limits() {
        let with = |name: &str, value: serde_json::Value| create(|body| body[name] = value).map(drop);
        assert_eq!(with("weight_grams", json!(10_000_000)), Ok(()));
        assert_eq!(with("weight_grams", json!(10_000_001)), Err("/weight_grams".to_owned()));
        assert_eq!(with("weight_grams", json!(0)), Err("/weight_grams".to_owned()));
        assert_eq!(with("barcode", json!("0".repeat(48))), Ok(()));
        assert_eq!(with("barcode", json!("0".repeat(49))), Err("/barcode".to_owned()));
        assert_eq!(with("barcode", json!("a b")), Err("/barcode".to_owned()));
    }

    #[test]
    fn a_change_leaves_what_it_does_not_name() {
        let old = create(|body| body["barcode"] = json!("4006381333931")).unwrap();
        let change: VariantChange = serde_json::from_value(json!({"weight_grams": 300})).unwrap();
        let heavier = change.apply(old.clone()).unwrap();
        assert_eq!(heavier, Variant { weight_grams: Some(300), ..old });
        let change: VariantChange = serde_json::from_value(json!({"barcode": null})).unwrap();
        assert_eq!(change.apply(heavier.clone()).unwrap(), Variant { barcode: None, ..heavier });
    }
}
