//! docs/openapi.json: gathered from the functions, so that it says what they do.

use std::collections::BTreeMap;

use holdfast_runtime::Function;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::tag::Tag;
use utoipa::openapi::{Components, Info, License, OpenApi, PathItem, Paths, RefOr};

/// Where it lies, from the root.
pub const PATH: &str = "docs/openapi.json";
/// The same as it was last released, from the root: what clients rely on. A release copies the one over the other.
pub const RELEASED_PATH: &str = "docs/openapi.released.json";

const DESCRIPTION: &str = include_str!("openapi/description.md");

/// The contexts that have endpoints, in the order in which a shopper meets them.
const TAGS: [(&str, &str); 9] = [
    ("accounts", "Who is who: registration, sessions, profiles, addresses, and what staff may do about them."),
    ("catalog", "What is sold: products with their variants and pictures, and the categories that they list in."),
    ("inventory", "How many there are: warehouses, stock and its history, what is held, and whether it can be had."),
    ("carts and checkout", "From what somebody means to buy to an order: carts, quotes, checkout, sending and taxes."),
    ("orders", "What was bought, and what becomes of it: orders, returns, receipts, and what carriers tell."),
    ("payments", "What orders are paid with, what the payment gateway tells, and what goes back."),
    ("notifications and audit", "What the outside and the staff hear: webhooks, and who did what."),
    (
        "notifications",
        "What people hear of, and where: preferences, telephones and apps, and mails that are declined with one click.",
    ),
    ("service", "What runs, and this description."),
];

/// What opens something beside an access token: a scheme's name, its header, and where it comes from.
const KEYS: [(&str, &str, &str); 4] = [
    ("cart_token", "X-Cart-Token", "The `cart_token` that a guest was given with their first item."),
    ("order_token", "X-Order-Token", "The `order_token` that a guest was given with their order."),
    (
        "carrier_signature",
        "X-Carrier-Signature",
        "`t=<unix seconds>,v1=<hex HMAC-SHA256 of \"<t>.<body>\">`, by the carrier's secret.",
    ),
    (
        "gateway_signature",
        "Stripe-Signature",
        "`t=<unix seconds>,v1=<hex HMAC-SHA256 of \"<t>.<body>\">`, by the payment gateway's secret.",
    ),
];

/// Two functions mean different things by one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash(String);

impl std::fmt::Display for Clash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "two functions mean different things by {}", self.0)
    }
}

impl std::error::Error for Clash {}

/// The description of these functions' endpoints.
pub fn document(functions: &[Function]) -> Result<OpenApi, Clash> {
    let mut info = Info::new("Holdfast", env!("CARGO_PKG_VERSION"));
    info.description = Some(DESCRIPTION.to_owned());
    let mut license = License::new(env!("CARGO_PKG_LICENSE"));
    license.identifier = Some(env!("CARGO_PKG_LICENSE").to_owned());
    info.license = Some(license);

    let mut document = OpenApi::new(info, Paths::new());
    let mut components = Components::new();
    components.schemas.extend(holdfast_http::problem_schemas());
    components.security_schemes.insert("access_token".to_owned(), RefOr::T(SecurityScheme::Http(bearer())));
    for (name, header, says) in KEYS {
        let key = ApiKeyValue::with_description(header, says);
        components.security_schemes.insert(name.to_owned(), RefOr::T(SecurityScheme::ApiKey(ApiKey::Header(key))));
    }
    document.components = Some(components);
    document.tags = Some(TAGS.map(|(name, says)| described(name, says)).to_vec());
    for function in functions {
        if let Some(own) = function.openapi() {
            add(&mut document, own)?;
        }
    }
    Ok(document)
}

/// A description as the file holds it.
pub fn rendered(document: &OpenApi) -> String {
    document.to_pretty_json().unwrap_or_default() + "\n"
}

fn bearer() -> Http {
    let mut http = Http::new(HttpAuthScheme::Bearer);
    http.bearer_format = Some("JWT".to_owned());
    http.description =
        Some("The `access_token` that `POST /v1/auth/login` answers with. It lives for 15 minutes.".to_owned());
    http
}

fn described(name: &str, says: &str) -> Tag {
    let mut tag = Tag::new(name);
    tag.description = Some(says.to_owned());
    tag
}

/// utoipa's own merge passes over what is there already, whatever it is: here that is an error.
fn add(document: &mut OpenApi, own: OpenApi) -> Result<(), Clash> {
    for (path, item) in &own.paths.paths {
        if let Some(there) = document.paths.paths.get(path) {
            let (there, new) = (operations(there), operations(item));
            if let Some(method) = new.into_iter().find(|method| there.contains(method)) {
                return Err(Clash(format!("{method} {path}")));
            }
        }
    }
    let empty = BTreeMap::new();
    let there = document.components.as_ref().map_or(&empty, |components| &components.schemas);
    let new = own.components.as_ref().map_or(&empty, |components| &components.schemas);
    if let Some((name, _)) = new.iter().find(|(name, schema)| there.get(*name).is_some_and(|other| other != *schema)) {
        return Err(Clash(format!("the schema {name}")));
    }
    document.merge(own);
    Ok(())
}

fn operations(item: &PathItem) -> Vec<&'static str> {
    let operations = [
        ("GET", &item.get),
        ("POST", &item.post),
        ("PUT", &item.put),
        ("PATCH", &item.patch),
        ("DELETE", &item.delete),
    ];
    operations.into_iter().filter(|(_, operation)| operation.is_some()).map(|(method, _)| method).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn part(path: &str, method: &str, schema: &str) -> OpenApi {
        let document = json!({
            "openapi": "3.1.0",
            "info": {"title": "", "version": ""},
            "paths": {path: {method: {"responses": {}}}},
            "components": {"schemas": {"Thing": {"type": schema}}}
        });
        serde_json::from_value(document).unwrap()
    }

    #[test]
    fn methods_of_one_path_come_together() {
        let mut document = part("/things", "get", "string");
        assert_eq!(add(&mut document, part("/things", "post", "string")), Ok(()));
        assert_eq!(operations(&document.paths.paths["/things"]), ["GET", "POST"]);
    }

    #[test]
    fn an_operation_twice_is_an_error() {
        let mut document = part("/things", "get", "string");
        let clash = add(&mut document, part("/things", "get", "string"));
        assert_eq!(clash, Err(Clash("GET /things".to_owned())));
    }

    #[test]
    fn a_schema_with_two_meanings_is_an_error() {
        let mut document = part("/things", "get", "string");
        let clash = add(&mut document, part("/others", "get", "integer"));
        assert_eq!(clash, Err(Clash("the schema Thing".to_owned())));
    }
}
