//! POST /v1/cart/merge: a guest's cart is put into the caller's.

use axum::extract::State;
use holdfast_http::{BodyProblems, CallerProblems, Customer, Json, OurFault, Problem, endpoint};
use holdfast_runtime::Function;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::CartView;
use crate::domain::Capped;
use crate::shopper::CartToken;
use crate::store::{Merged, Trolleys};

/// Which cart.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeRequest {
    /// The guest's token.
    #[schema(value_type = String, example = "cart_Jc0rVfDYVKgF2gkqoJ4XyBvEZBhVn1mTVJcVxNSdBZA", max_length = 48)]
    cart_token: CartToken,
}

/// The caller's cart, and what did not fit.
#[derive(Debug, Serialize, ToSchema)]
pub struct MergedView {
    #[serde(flatten)]
    cart: CartView,
    /// Of which articles there are fewer than in both carts together.
    capped: Vec<Capped>,
}

/// Puts a guest's cart into the caller's.
///
/// Quantities add up to 999 of an article and 45 articles; what did not fit is named. It happens once: a cart that was merged or
/// ordered, or that there is not, changes nothing.
#[utoipa::path(
    post, path = "/v1/cart/merge", operation_id = "cart_merge", tag = "carts and checkout", security(("access_token" = [])),
    request_body = MergeRequest,
    responses((status = 200, description = "The caller's cart", body = MergedView), BodyProblems, CallerProblems, OurFault)
)]
async fn cart_merge(
    State(trolleys): State<Trolleys>,
    caller: Customer,
    Json(MergeRequest { cart_token }): Json<MergeRequest>,
) -> Result<Json<MergedView>, Problem> {
    let Merged { cart, capped } = trolleys.carts.merge(caller.user, &cart_token).await?;
    Ok(Json(MergedView { cart: trolleys.view(cart.as_ref()).await?, capped }))
}

/// cart-merge.
pub fn function() -> Function {
    endpoint::<Trolleys>("cart-merge", || routes!(cart_merge))
}
