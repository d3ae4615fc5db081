//! POST /v1/checkout/quote: what checkout would charge now.

use axum::extract::State;
use holdfast_accounts::domain::PostalAddress;
use holdfast_carts::Shopper;
use holdfast_http::{BodyProblems, CallerProblems, Json, OurFault, Problem, endpoint};
use holdfast_runtime::Function;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::QuoteView;
use super::priced::{method, nothing_to_buy, price};
use crate::store::Till;

/// Where to, and how.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuoteRequest {
    /// Where the parcel goes: taxes depend on it.
    shipping_address: PostalAddress,
    /// How it is sent: the id of a shipping method.
    #[schema(example = "standard", max_length = 32)]
    shipping_method: String,
}

/// An address, if every field is what it must be.
pub(super) fn checked(field: &str, address: PostalAddress) -> Result<PostalAddress, Problem> {
    address.checked().map_err(|(name, why)| Problem::invalid(format!("/{field}/{name}"), why))
}

/// What the cart would cost now.
///
/// Everything is asked of the catalog anew. `total` is what checkout expects to hear again as `expected_total`.
#[utoipa::path(
    post, path = "/v1/checkout/quote", operation_id = "checkout_quote", tag = "carts and checkout", security(("access_token" = []), ("cart_token" = [])),
    request_body = QuoteRequest,
    responses(
        (status = 200, description = "The quote", body = QuoteView),
        (status = 409, description = "cart_empty: there is nothing to buy; total_too_large: it is more than an amount can hold", body = holdfast_http::ProblemBody, content_type = "application/problem+json"),
        BodyProblems, CallerProblems, OurFault
    )
)]
async fn checkout_quote(
    State(till): State<Till>,
    shopper: Shopper,
    Json(QuoteRequest { shipping_address, shipping_method }): Json<QuoteRequest>,
) -> Result<Json<QuoteView>, Problem> {
    let address = checked("shipping_address", shipping_address)?;
    let found = till.found(&[], &shopper).await?;
    let method = method(&found, &address, &shipping_method)?;
    let now = till.ambient.now();
    let cart = found.cart.as_ref().filter(|cart| cart.is_open(now)).ok_or_else(nothing_to_buy)?;
    let goods = till.goods(cart, &found.warehouses).await?;
    Ok(Json(price(cart, &goods, &found, (&address, method))?.view()))
}

/// checkout-quote.
pub fn function() -> Function {
    endpoint::<Till>("checkout-quote", || routes!(checkout_quote))
}
