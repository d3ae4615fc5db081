//! DELETE /v1/cart: everything is taken out of the cart.

use axum::extract::State;
use holdfast_http::{ETag, IfMatch, Json, OurFault, Problem, ShopperProblems, Stale, Tagged, endpoint};
use holdfast_runtime::Function;
use utoipa_axum::routes;

use super::CartView;
use crate::shopper::Shopper;
use crate::store::Shoppers;

/// Empties the cart. One that is empty, or that there is not, stays so.
#[utoipa::path(
    delete, path = "/v1/cart", operation_id = "cart_clear", tag = "carts and checkout", security(("access_token" = []), ("cart_token" = [])),
    params(("if-match" = Option<String>, Header, description = "The version that is meant: 412 when it is not the current one")),
    responses(
        (status = 200, description = "The cart, with nothing in it", body = CartView, headers(("etag" = String, description = "The cart's version"))),
        ShopperProblems, Stale, OurFault
    )
)]
async fn cart_clear(
    State(shoppers): State<Shoppers>,
    shopper: Shopper,
    if_match: IfMatch,
) -> Result<Tagged<Json<CartView>>, Problem> {
    let cleared = shoppers.carts.edit(Some(shopper), |cart| {
        if_match.admits(cart.version)?;
        cart.lines.clear();
        Ok(())
    });
    let view = cleared.await?.cart.as_ref().map_or_else(CartView::of_nothing, CartView::emptied);
    Ok(Tagged(ETag(view.version()), Json(view)))
}

/// cart-clear.
pub fn function() -> Function {
    endpoint::<Shoppers>("cart-clear", || routes!(cart_clear))
}
