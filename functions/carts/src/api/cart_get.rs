//! GET /v1/cart: what is in the cart, and what that is now.

use axum::extract::State;
use holdfast_http::{ETag, Json, OurFault, Problem, ShopperProblems, Tagged, endpoint};
use holdfast_runtime::Function;
use utoipa_axum::routes;

use super::CartView;
use crate::shopper::Shopper;
use crate::store::Trolleys;

/// The cart.
///
/// Each line with the price at which it was put in, today's price, what has changed since and, when there are fewer, how many
/// can be had. Whoever has no cart sees an empty one.
#[utoipa::path(
    get, path = "/v1/cart", operation_id = "cart_get", tag = "carts and checkout", security(("access_token" = []), ("cart_token" = [])),
    responses(
        (status = 200, description = "The cart", body = CartView, headers(("etag" = String, description = "The cart's version"))),
        ShopperProblems, OurFault
    )
)]
async fn cart_get(State(trolleys): State<Trolleys>, shopper: Shopper) -> Result<Tagged<Json<CartView>>, Problem> {
    let (cart, warehouses) = futures::try_join!(trolleys.carts.open(&shopper), trolleys.holds.warehouses())?;
    let view = trolleys.view_with(cart.as_ref(), &warehouses).await?;
    Ok(Tagged(ETag(view.version()), Json(view)))
}

/// cart-get.
pub fn function() -> Function {
    endpoint::<Trolleys>("cart-get", || routes!(cart_get))
}
