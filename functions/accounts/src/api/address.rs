//! Addresses, as they are sent and shown.

use holdfast_core::AddressId;
use holdfast_http::{Problem, present};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{PostalAddress, User, Wrong};
use crate::store::AddressItem;

/// A new address.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddressRequest {
    /// To whom.
    #[schema(example = "Ada Lovelace", max_length = 100)]
    name: String,
    /// Street and number.
    #[schema(example = "12 St James's Square", max_length = 100)]
    line1: String,
    /// What else the carrier must know.
    #[schema(max_length = 100)]
    line2: Option<String>,
    /// The city.
    #[schema(example = "London", max_length = 100)]
    city: String,
    /// State, province or canton.
    #[schema(max_length = 100)]
    region: Option<String>,
    /// The postal code.
    #[schema(example = "SW1Y 4JH", max_length = 16)]
    postal_code: String,
    /// ISO 3166-1 alpha-2, in capitals.
    #[schema(example = "GB", min_length = 2, max_length = 2)]
    country: String,
    /// For the carrier.
    #[schema(example = "+44 20 7946 0000", max_length = 100)]
    phone: Option<String>,
    /// Whether parcels go here from now on.
    #[serde(default)]
    pub(crate) default_shipping: bool,
    /// Whether invoices go here from now on.
    #[serde(default)]
    pub(crate) default_billing: bool,
}

/// What is to change of an address; what is left out stays, and null empties what may be empty.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddressChangeRequest {
    /// To whom.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, required = false, max_length = 100)]
    name: Option<String>,
    /// Street and number.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, required = false, max_length = 100)]
    line1: Option<String>,
    /// What else the carrier must know.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, max_length = 100)]
    line2: Option<Option<String>>,
    /// The city.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, required = false, max_length = 100)]
    city: Option<String>,
    /// State, province or canton.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, max_length = 100)]
    region: Option<Option<String>>,
    /// The postal code.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, required = false, max_length = 16)]
    postal_code: Option<String>,
    /// ISO 3166-1 alpha-2, in capitals.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, required = false, min_length = 2, max_length = 2)]
    country: Option<String>,
    /// For the carrier.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, max_length = 100)]
    phone: Option<Option<String>>,
    /// Whether parcels go here from now on. There is always a default: to take it from one address, give it to another.
    #[serde(default)]
    pub(crate) default_shipping: bool,
    /// Whether invoices go here from now on; likewise.
    #[serde(default)]
    pub(crate) default_billing: bool,
}

/// An address of a customer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Address {
    /// The address's id.
    #[schema(value_type = String, example = "adr_06f8x2m4k9s1t7c3v5b8n0q2w4")]
    id: AddressId,
    /// Its version: what If-Match names, in quotes.
    version: u64,
    /// To whom.
    name: String,
    /// Street and number.
    line1: String,
    /// What else the carrier must know.
    #[serde(skip_serializing_if = "Option::is_none")]
    line2: Option<String>,
    /// The city.
    city: String,
    /// State, province or canton.
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    /// The postal code.
    postal_code: String,
    /// ISO 3166-1 alpha-2.
    country: String,
    /// For the carrier.
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    /// Whether parcels go here.
    default_shipping: bool,
    /// Whether invoices go here.
    default_billing: bool,
}

fn invalid((field, why): Wrong) -> Problem {
    Problem::invalid(format!("/{field}"), why)
}

impl AddressRequest {
    /// As a postal address.
    pub(crate) fn address(&self) -> Result<PostalAddress, Problem> {
        let address = PostalAddress {
            name: self.name.clone(),
            line1: self.line1.clone(),
            line2: self.line2.clone(),
            city: self.city.clone(),
            region: self.region.clone(),
            postal_code: self.postal_code.clone(),
            country: self.country.clone(),
            phone: self.phone.clone(),
        };
        address.checked().map_err(invalid)
    }
}

impl AddressChangeRequest {
    /// An old address, changed.
    pub(crate) fn apply(&self, old: PostalAddress) -> Result<PostalAddress, Problem> {
        let address = PostalAddress {
            name: self.name.clone().unwrap_or(old.name),
            line1: self.line1.clone().unwrap_or(old.line1),
            line2: self.line2.clone().unwrap_or(old.line2),
            city: self.city.clone().unwrap_or(old.city),
            region: self.region.clone().unwrap_or(old.region),
            postal_code: self.postal_code.clone().unwrap_or(old.postal_code),
            country: self.country.clone().unwrap_or(old.country),
            phone: self.phone.clone().unwrap_or(old.phone),
        };
        address.checked().map_err(invalid)
    }
}

impl Address {
    /// One of a user's.
    pub(crate) fn of(user: &User, item: AddressItem) -> Self {
        let PostalAddress { name, line1, line2, city, region, postal_code, country, phone } = item.address;
        Self {
            id: item.id,
            version: item.version,
            name,
            line1,
            line2,
            city,
            region,
            postal_code,
            country,
            phone,
            default_shipping: user.default_shipping == Some(item.id),
            default_billing: user.default_billing == Some(item.id),
        }
    }
}
