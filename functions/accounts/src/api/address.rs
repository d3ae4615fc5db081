//! Addresses, as they are sent and shown.

use holdfast_core::AddressId;
use holdfast_http::Problem;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::domain::{AddressChange, PostalAddress, User};
use crate::store::AddressItem;

/// An address, to be created or changed: a change may leave out what stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddressRequest {
    /// To whom.
    #[schema(example = "Ada Lovelace", max_length = 100)]
    name: Option<String>,
    /// Street and number.
    #[schema(example = "12 St James's Square", max_length = 100)]
    line1: Option<String>,
    /// What else the carrier must know; null empties it.
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<String>, max_length = 100)]
    line2: Option<Option<String>>,
    /// The city.
    #[schema(example = "London", max_length = 100)]
    city: Option<String>,
    /// State, province or canton; null empties it.
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<String>, max_length = 100)]
    region: Option<Option<String>>,
    /// The postal code.
    #[schema(example = "SW1Y 4JH", max_length = 16)]
    postal_code: Option<String>,
    /// ISO 3166-1 alpha-2, in capitals.
    #[schema(example = "GB", min_length = 2, max_length = 2)]
    country: Option<String>,
    /// For the carrier; null empties it.
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<String>, example = "+44 20 7946 0000", max_length = 100)]
    phone: Option<Option<String>>,
    /// Whether parcels go here from now on.
    #[serde(default)]
    pub(crate) default_shipping: bool,
    /// Whether invoices go here from now on.
    #[serde(default)]
    pub(crate) default_billing: bool,
}

/// An address of a customer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Address {
    /// The address's id.
    #[schema(value_type = String, example = "adr_06f8x2m4k9s1t7c3v5b8n0q2w4")]
    id: AddressId,
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

/// A field that is there, be it null: unlike one that is left out.
fn named<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(from).map(Some)
}

impl AddressRequest {
    fn change(&self) -> AddressChange {
        AddressChange {
            name: self.name.clone(),
            line1: self.line1.clone(),
            line2: self.line2.clone(),
            city: self.city.clone(),
            region: self.region.clone(),
            postal_code: self.postal_code.clone(),
            country: self.country.clone(),
            phone: self.phone.clone(),
        }
    }

    /// As a new address.
    pub(crate) fn create(&self) -> Result<PostalAddress, Problem> {
        self.change().create().map_err(|(field, why)| Problem::invalid(format!("/{field}"), why))
    }

    /// As a change of an old one.
    pub(crate) fn apply(&self, old: PostalAddress) -> Result<PostalAddress, Problem> {
        self.change().apply(old).map_err(|(field, why)| Problem::invalid(format!("/{field}"), why))
    }
}

impl Address {
    /// One of a user's.
    pub(crate) fn of(user: &User, item: AddressItem) -> Self {
        let PostalAddress { name, line1, line2, city, region, postal_code, country, phone } = item.address;
        Self {
            id: item.id,
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
