//! Postal addresses.

use serde::{Deserialize, Serialize};

use super::person::line;

/// Where a parcel or an invoice goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostalAddress {
    /// To whom.
    pub name: String,
    /// Street and number.
    pub line1: String,
    /// What else the carrier must know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line2: Option<String>,
    /// The city.
    pub city: String,
    /// State, province or canton.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The postal code.
    pub postal_code: String,
    /// ISO 3166-1 alpha-2, in capitals.
    pub country: String,
    /// For the carrier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// What a client wants of an address: all of it for a new one, some of it for a change. `Some(None)` empties.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddressChange {
    /// To whom.
    pub name: Option<String>,
    /// Street and number.
    pub line1: Option<String>,
    /// What else the carrier must know.
    pub line2: Option<Option<String>>,
    /// The city.
    pub city: Option<String>,
    /// State, province or canton.
    pub region: Option<Option<String>>,
    /// The postal code.
    pub postal_code: Option<String>,
    /// The country.
    pub country: Option<String>,
    /// For the carrier.
    pub phone: Option<Option<String>>,
}

/// Which field is wrong, and why.
pub(crate) type Wrong = (&'static str, String);

const MISSING: &str = "is missing";

impl AddressChange {
    /// A new address.
    pub fn create(self) -> Result<PostalAddress, Wrong> {
        let needed = |name: &'static str, text: Option<String>| text.ok_or((name, MISSING.to_owned()));
        let address = PostalAddress {
            name: needed("name", self.name)?,
            line1: needed("line1", self.line1)?,
            line2: self.line2.flatten(),
            city: needed("city", self.city)?,
            region: self.region.flatten(),
            postal_code: needed("postal_code", self.postal_code)?,
            country: needed("country", self.country)?,
            phone: self.phone.flatten(),
        };
        address.checked()
    }

    /// An existing one, changed.
    pub fn apply(self, old: PostalAddress) -> Result<PostalAddress, Wrong> {
        let address = PostalAddress {
            name: self.name.unwrap_or(old.name),
            line1: self.line1.unwrap_or(old.line1),
            line2: self.line2.unwrap_or(old.line2),
            city: self.city.unwrap_or(old.city),
            region: self.region.unwrap_or(old.region),
            postal_code: self.postal_code.unwrap_or(old.postal_code),
            country: self.country.unwrap_or(old.country),
            phone: self.phone.unwrap_or(old.phone),
        };
        address.checked()
    }
}

impl PostalAddress {
    /// The longest line, in characters: what carriers print.
    pub const LONGEST: usize = 100;
    const LONGEST_CODE: usize = 16;

    fn checked(self) -> Result<Self, Wrong> {
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

    fn whole() -> AddressChange {
        let text = |text: &str| Some(text.to_owned());
        AddressChange {
            name: text("Ada Lovelace"),
            line1: text("12 St James's Square"),
            city: text("London"),
            postal_code: text("SW1Y 4JH"),
            country: text("GB"),
            phone: Some(text("+44 20 7946 0000")),
            ..AddressChange::default()
        }
    }

    fn wrong(change: AddressChange) -> &'static str {
        change.create().unwrap_err().0
    }

    #[test]
    fn each_field_is_checked_by_name() {
        assert!(whole().create().is_ok());
        assert_eq!(wrong(AddressChange { city: None, ..whole() }), "city");
        assert_eq!(wrong(AddressChange { name: Some(String::new()), ..whole() }), "name");
        assert_eq!(wrong(AddressChange { line2: Some(Some("a\nb".to_owned())), ..whole() }), "line2");
        assert_eq!(wrong(AddressChange { country: Some("gb".to_owned()), ..whole() }), "country");
        assert_eq!(wrong(AddressChange { country: Some("GBR".to_owned()), ..whole() }), "country");
        assert_eq!(wrong(AddressChange { phone: Some(Some("call me".to_owned())), ..whole() }), "phone");
        assert_eq!(wrong(AddressChange { postal_code: Some("1".repeat(17)), ..whole() }), "postal_code");
        assert!(AddressChange { line1: Some("x".repeat(100)), ..whole() }.create().is_ok());
        assert_eq!(wrong(AddressChange { line1: Some("x".repeat(101)), ..whole() }), "line1");
    }

    #[test]
    fn a_change_leaves_what_it_does_not_name() {
        let old = whole().create().unwrap();
        let change = AddressChange { phone: Some(None), city: Some("Oxford".to_owned()), ..AddressChange::default() };
        let new = change.apply(old.clone()).unwrap();
        assert_eq!(new, PostalAddress { city: "Oxford".to_owned(), phone: None, ..old });
    }
}
