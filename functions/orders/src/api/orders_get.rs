//! GET /v1/orders/{id}: an order, for its owner.

use holdfast_http::{CallerProblems, Json, NotFound, OurFault, Problem, endpoint};
use holdfast_runtime::Function;
use utoipa_axum::routes;

use super::OrderView;
use crate::owner::Own;
use crate::store::Counter;

/// An order.
///
/// Its customer sees it, and whoever has its token.
#[utoipa::path(
    get, path = "/v1/orders/{id}", operation_id = "orders_get", tag = "orders", security(("access_token" = []), ("order_token" = [])),
    params(("id" = String, Path, description = "The order's id")),
    responses((status = 200, description = "The order", body = OrderView), CallerProblems, NotFound, OurFault)
)]
async fn orders_get(own: Own) -> Result<Json<OrderView>, Problem> {
    Ok(Json(OrderView::of(&own.order, own.buyer.as_ref())))
}

/// orders-get.
pub fn function() -> Function {
    endpoint::<Counter>("orders-get", || routes!(orders_get))
}
