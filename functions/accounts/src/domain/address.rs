//! Postal addresses.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::person::line;

/// Where a parcel or an invoice goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostalAddress {
    /// To whom.
    #[schema(example = "Ada Lovelace", max_length = 100)]
    pub name: String,
    /// Street and number.
    #[schema(example = "12 St James's Square", max_length = 100)]
    pub line1: String,
    /// What else the carrier must know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100)]
    pub line2: Option<String>,
    /// The city.
    #[schema(example = "London", max_length = 100)]
    pub city: String,
    /// State, province or canton.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100)]
    pub region: Option<String>,
    /// The postal code.
    #[schema(example = "SW1Y 4JH", max_length = 16)]
    pub postal_code: String,
    /// ISO 3166-1 alpha-2, in capitals.
    #[schema(example = "GB", min_length = 2, max_length = 2)]
    pub country: String,
    /// For the carrier.
    #[schema(example = "+44 20 7946 0000", max_length = 100)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// Which field is wrong, and why.
pub type Wrong = (&'static str, String);

impl PostalAddress {
    /// The longest line, in characters: what carriers print.
    pub const LONGEST: usize = 100;
    const LONGEST_CODE: usize = 16;

    /// Itself, trimmed, if every field is what it must be.
    pub fn checked(self) -> Result<Self, Wrong> {
        let text = |name: &'static str, text: &str| line(text, Self::LONGEST).map_err(|why| (name, why));
        let perhaps = |name, value: Option<String>| value.map(|value| text(name, &value)).transpose();
        let code = line(&self.postal_code, Self::LONGEST_CODE).map_err(|why| ("postal_code", why))?;
        let country = self.country.len() == 2 && self.country.bytes().all(|byte| byte.is_ascii_uppercase());
        if !country {
            return Err(("country", "must be two capitals, as ISO 3166-1 has them".to_owned()));
        }
        let dialled = |phone: &String| {
            let digits = phone.bytes().filter(u8::is_ascii_digit).count();
            (5..=15).contains(&digits) && phone.bytes().all(|byte| byte.is_ascii_digit() || b"+ ()-./".contains(&byte))
        };
        let phone = perhaps("phone", self.phone)?;
        if !phone.as_ref().is_none_or(dialled) {
            return Err(("phone", "must be a telephone number of 5 to 15 digits".to_owned()));
        }
        Ok(Self {
            name: text("name", &self.name)?,
            line1: text("line1", &self.line1)?,
            line2: perhaps("line2", self.line2)?,
            city: text("city", &self.city)?,
            region: perhaps("region", self.region)?,
            postal_code: code,
            country: self.country,
            phone,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole() -> PostalAddress {
        PostalAddress {
            name: " Ada Lovelace ".to_owned(),
            line1: "12 St James's Square".to_owned(),
            line2: None,
            city: "London".to_owned(),
            region: None,
            postal_code: "SW1Y 4JH".to_owned(),
            country: "GB".to_owned(),
            phone: Some("+44 20 7946 0000".to_owned()),
        }
    }

    fn wrong(address: PostalAddress) -> &'static str {
        address.checked().unwrap_err().0
    }

    #[test]
    fn each_field_is_checked_by_name() {
        assert_eq!(whole().checked().unwrap().name, "Ada Lovelace");
        assert_eq!(wrong(PostalAddress { name: String::new(), ..whole() }), "name");
        assert_eq!(wrong(PostalAddress { city: " ".to_owned(), ..whole() }), "city");
        assert_eq!(wrong(PostalAddress { line2: Some("a\nb".to_owned()), ..whole() }), "line2");
        assert_eq!(wrong(PostalAddress { country: "gb".to_owned(), ..whole() }), "country");
        assert_eq!(wrong(PostalAddress { country: "GBR".to_owned(), ..whole() }), "country");
        assert_eq!(wrong(PostalAddress { phone: Some("call me".to_owned()), ..whole() }), "phone");
        assert_eq!(wrong(PostalAddress { postal_code: "1".repeat(17), ..whole() }), "postal_code");
        assert!(PostalAddress { line1: "x".repeat(100), ..whole() }.checked().is_ok());
        assert_eq!(wrong(PostalAddress { line1: "x".repeat(101), ..whole() }), "line1");
    }
}
