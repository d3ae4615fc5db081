//! PATCH /v1/cart/items/{sku}: how many there are of an article.

use axum::extract::State;
use holdfast_core::Sku;
use holdfast_http::{
    BodyProblems, CallerProblems, ETag, IfMatch, Json, NotFound, OurFault, Path, Problem, Stale, Tagged, endpoint,
};
use holdfast_runtime::Function;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::CartView;
use super::refusals::no_line;
use crate::domain::Count;
use crate::shopper::Shopper;
use crate::store::Trolleys;

/// How many.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetItemRequest {
    /// How many there are from now on.
    #[schema(value_type = u32, minimum = 1, maximum = 999, example = 3)]
    quantity: Count,
}

/// Sets how many there are of an article.
#[utoipa::path(
    patch, path = "/v1/cart/items/{sku}", operation_id = "cart_set_item", tag = "carts and checkout", security(("access_token" = []), ("cart_token" = [])),
    params(
        ("sku" = String, Path, description = "The article's SKU"),
        ("if-match" = Option<String>, Header, description = "The version that is meant: 412 when it is not the current one")
    ),
    request_body = SetItemRequest,
    responses((status = 200, description = "The cart", body = CartView, headers(("etag" = String, description = "The cart's version"))), BodyProblems, CallerProblems, NotFound, Stale, OurFault)
)]
async fn cart_set_item(
    State(trolleys): State<Trolleys>,
    shopper: Shopper,
    if_match: IfMatch,
    Path(sku): Path<Sku>,
    Json(SetItemRequest { quantity }): Json<SetItemRequest>,
) -> Result<Tagged<Json<CartView>>, Problem> {
    let edited = trolleys.carts.edit(Some(shopper), |cart| {
        if_match.admits(cart.version)?;
        if cart.set(&sku, quantity) { Ok(()) } else { Err(no_line()) }
    });
    let view = trolleys.view(edited.await?.cart.as_ref()).await?;
    Ok(Tagged(ETag(view.version()), Json(view)))
}

/// cart-set-item.
pub fn function() -> Function {
    endpoint::<Trolleys>("cart-set-item", || routes!(cart_set_item))
}
