//! DELETE /v1/cart/items/{sku}: an article is taken out of the cart.

use axum::extract::State;
use holdfast_core::Sku;
use holdfast_http::{ETag, IfMatch, Json, NotFound, OurFault, Path, Problem, ShopperProblems, Stale, Tagged, endpoint};
use holdfast_runtime::Function;
use utoipa_axum::routes;

use super::CartView;
use super::refusals::no_line;
use crate::shopper::Shopper;
use crate::store::Trolleys;

/// Takes an article out of the cart.
#[utoipa::path(
    delete, path = "/v1/cart/items/{sku}", operation_id = "cart_remove_item", tag = "carts and checkout", security(("access_token" = []), ("cart_token" = [])),
    params(
        ("sku" = String, Path, description = "The article's SKU"),
        ("if-match" = Option<String>, Header, description = "The version that is meant: 412 when it is not the current one")
    ),
    responses((status = 200, description = "The cart", body = CartView, headers(("etag" = String, description = "The cart's version"))), ShopperProblems, NotFound, Stale, OurFault)
)]
async fn cart_remove_item(
    State(trolleys): State<Trolleys>,
    shopper: Shopper,
    if_match: IfMatch,
    Path(sku): Path<Sku>,
) -> Result<Tagged<Json<CartView>>, Problem> {
    let edited = trolleys.carts.edit(Some(shopper), |cart| {
        if_match.admits(cart.version)?;
        if cart.remove(&sku) { Ok(()) } else { Err(no_line()) }
    });
    let view = trolleys.view(edited.await?.cart.as_ref()).await?;
    Ok(Tagged(ETag(view.version()), Json(view)))
}

/// cart-remove-item.
pub fn function() -> Function {
    endpoint::<Trolleys>("cart-remove-item", || routes!(cart_remove_item))
}
