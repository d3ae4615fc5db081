//! GET /v1/orders: the caller's orders.

use axum::extract::State;
use holdfast_http::{
    CallerProblems, Customer, Json, ListQuery, Listed, OurFault, Problem, Query, QueryProblems, endpoint,
};
use holdfast_runtime::Function;
use utoipa_axum::routes;

use super::OrderSummary;
use crate::store::{Counter, Sought};

/// The caller's orders, the newest first.
#[utoipa::path(
    get, path = "/v1/orders", operation_id = "orders_list", tag = "orders", security(("access_token" = [])),
    params(ListQuery),
    responses((status = 200, description = "A page of orders", body = Listed<OrderSummary>), QueryProblems, CallerProblems, OurFault)
)]
async fn orders_list(
    State(counter): State<Counter>,
    caller: Customer,
    Query(query): Query<ListQuery>,
) -> Result<Json<Listed<OrderSummary>>, Problem> {
    let sought = Sought { customer: Some(caller.user), ..Sought::default() };
    let (key, cursor) = (counter.server_key.cursors(), query.cursor.as_deref());
    let page = counter.orders.list(sought, query.limit()?, &key, cursor).await??;
    Ok(Json(Listed { items: page.items.iter().map(OrderSummary::of).collect(), next_cursor: page.next_cursor }))
}

/// orders-list.
pub fn function() -> Function {
    endpoint::<Counter>("orders-list", || routes!(orders_list))
}
