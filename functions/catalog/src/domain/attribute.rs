//! Typed attributes of products: what a storefront filters by.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::text::line;
use super::wrong::{Wrong, escaped};

/// An attribute's value: a text, a whole number, yes or no, or some texts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "Value", untagged)]
pub enum AttributeValue {
    /// Yes or no.
    Flag(bool),
    /// A whole number; what is measured names its unit: `height_mm`.
    Number(i64),
    /// A text.
    Text(String),
    /// Some texts.
    Texts(Vec<String>),
}

impl AttributeValue {
    /// The longest text, in characters.
    pub const LONGEST: usize = 200;
    /// The most texts of one attribute.
    pub const MOST_TEXTS: usize = 20;
    /// The longest of several texts, in characters.
    pub const LONGEST_OF_SEVERAL: usize = 60;

    fn checked(self) -> Result<Self, String> {
        match self {
            Self::Flag(_) | Self::Number(_) => Ok(self),
            Self::Text(text) => line(&text, Self::LONGEST).map(Self::Text),
            Self::Texts(texts) if texts.is_empty() || texts.len() > Self::MOST_TEXTS => {
                Err(format!("must be 1 to {} texts", Self::MOST_TEXTS))
            }
            Self::Texts(texts) => {
                let texts = texts.iter().map(|text| line(text, Self::LONGEST_OF_SEVERAL));
                texts.collect::<Result<_, _>>().map(Self::Texts)
            }
        }
    }
}

impl TryFrom<Value> for AttributeValue {
    type Error = &'static str;
    fn try_from(value: Value) -> Result<Self, Self::Error> {
        const WHAT: &str = "must be a text, a whole number, true or false, or a list of texts";
        match value {
            Value::Bool(flag) => Ok(Self::Flag(flag)),
            Value::Number(number) => number.as_i64().map(Self::Number).ok_or(WHAT),
            Value::String(text) => Ok(Self::Text(text)),
            Value::Array(texts) => {
                let text = |value| if let Value::String(text) = value { Ok(text) } else { Err(WHAT) };
                texts.into_iter().map(text).collect::<Result<_, _>>().map(Self::Texts)
            }
            Value::Null | Value::Object(_) => Err(WHAT),
        }
    }
}

/// Attributes by name.
pub type Attributes = BTreeMap<String, AttributeValue>;

/// The most attributes of a product.
pub const MOST_ATTRIBUTES: usize = 30;
/// The longest name of one, in characters.
pub const LONGEST_NAME: usize = 40;

/// Attributes as they may be stored.
pub(super) fn checked(attributes: Attributes) -> Result<Attributes, Wrong> {
    if attributes.len() > MOST_ATTRIBUTES {
        return Err(Wrong::at("/attributes", format!("must be at most {MOST_ATTRIBUTES}")));
    }
    let each = attributes.into_iter().map(|(name, value)| {
        let wrong = |detail| Wrong::at(format!("/attributes/{}", escaped(&name)), detail);
        let value = value.checked().map_err(wrong)?;
        Ok((line(&name, LONGEST_NAME).map_err(|why| wrong(format!("its name {why}")))?, value))
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(value: Value) -> Result<Attributes, String> {
        let parsed: Attributes = serde_json::from_value(json!({"it": value})).map_err(|error| error.to_string())?;
        checked(parsed).map_err(|wrong| wrong.pointer)
    }

    #[test]
    fn a_value_is_of_four_kinds_and_bounded() {
        for fine in [json!("oak"), json!(-7), json!(i64::MAX), json!(true), json!(["a", "b"])] {
            assert_eq!(serde_json::to_value(&read(fine.clone()).unwrap()["it"]).unwrap(), fine);
        }
        for wrong in [json!(1.5), json!(1e30), json!(null), json!({}), json!([1]), json!(u64::MAX)] {
            assert!(read(wrong.clone()).is_err(), "{wrong}");
        }
        assert!(read(json!("x".repeat(200))).is_ok());
        for wrong in [json!("x".repeat(201)), json!(""), json!([]), json!(vec!["x"; 21]), json!(["x".repeat(61)])] {
            assert_eq!(read(wrong), Err("/attributes/it".to_owned()));
        }
        assert!(read(json!(vec!["x"; 20])).is_ok());
    }

    #[test]
    fn there_are_at_most_thirty() {
        let some = |count: usize| (0..count).map(|nth| (format!("n{nth}"), AttributeValue::Flag(true))).collect();
        assert!(checked(some(30)).is_ok());
        assert_eq!(checked(some(31)).unwrap_err().pointer, "/attributes");
        let long: Attributes = [("x/".repeat(21), AttributeValue::Flag(true))].into();
        assert_eq!(checked(long).unwrap_err().pointer, format!("/attributes/{}", "x~1".repeat(21)));
    }
}
