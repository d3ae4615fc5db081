//! GET /v1/shipping-methods: how parcels can be sent.

use axum::extract::State;
use axum::response::Response;
use holdfast_http::{Freshness, IfNoneMatch, Listed, OurFault, Problem, Query, QueryProblems, endpoint};
use holdfast_runtime::Function;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::routes;

use crate::domain::{SettingName, ShippingMethod, ShippingMethods};
use crate::store::Settings;

/// Where to.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct ShippingQuery {
    /// ISO 3166-1 alpha-2, in capitals; anywhere when it is left out.
    #[param(example = "CH", min_length = 2, max_length = 2)]
    country: Option<String>,
}

/// How parcels can be sent, and what it costs.
#[utoipa::path(
    get, path = "/v1/shipping-methods", operation_id = "shipping_methods_list", tag = "carts and checkout", security(()),
    params(ShippingQuery),
    responses(
        (status = 200, description = "The methods, in the shop's order", body = Listed<ShippingMethod>),
        (status = 304, description = "They are what If-None-Match says"),
        QueryProblems, OurFault
    )
)]
async fn shipping_methods_list(
    State(settings): State<Settings>,
    known: IfNoneMatch,
    Query(query): Query<ShippingQuery>,
) -> Result<Response, Problem> {
    let country = query.country.as_deref();
    if country.is_some_and(|code| code.len() != 2 || !code.bytes().all(|byte| byte.is_ascii_uppercase())) {
        return Err(Problem::invalid("?country", "must be two capitals, as ISO 3166-1 has them"));
    }
    let ShippingMethods { mut methods } = settings.get(SettingName::ShippingMethods).await?.value;
    methods.retain(|method| country.is_none_or(|country| method.goes_to(country)));
    Ok(known.answer(&Listed::whole(methods), None, Freshness::Public(60)))
}

/// shipping-methods-list.
pub fn function() -> Function {
    endpoint::<Settings>("shipping-methods-list", || routes!(shipping_methods_list))
}
