//! GET /v1/admin/orders: orders by status, customer and time, for staff.

use axum::extract::State;
use holdfast_core::{Timestamp, UserId};
use holdfast_http::{
    Json, ListQuery, Listed, OurFault, Problem, Query, QueryProblems, Staff, StaffProblems, endpoint, permission,
};
use holdfast_runtime::Function;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::routes;

use super::OrderSummary;
use super::staff_views::Sight;
use crate::domain::Status;
use crate::store::{Counter, Sought};

/// Which orders, and which part of them.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct OrdersQuery {
    /// In this status.
    #[param(inline)]
    status: Option<Status>,
    /// Of this customer.
    #[param(value_type = Option<String>)]
    user_id: Option<UserId>,
    /// Placed then or later.
    #[param(value_type = Option<String>, example = "2026-11-01T00:00:00Z")]
    from: Option<Timestamp>,
    /// Placed before then.
    #[param(value_type = Option<String>, example = "2026-12-01T00:00:00Z")]
    to: Option<Timestamp>,
    /// How many, 1 to 100; 20 when it is not said.
    #[param(minimum = 1, maximum = 100, example = 20)]
    limit: Option<String>,
    /// Where to go on: `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Orders of which all that is asked for is true, the newest first.
#[utoipa::path(
    get, path = "/v1/admin/orders", operation_id = "admin_orders_list", tag = "orders", security(("access_token" = ["orders.read"])),
    params(OrdersQuery),
    responses((status = 200, description = "A page of orders", body = Listed<OrderSummary>), QueryProblems, StaffProblems, OurFault)
)]
async fn admin_orders_list(
    State(counter): State<Counter>,
    staff: Staff<permission::OrdersRead>,
    Query(query): Query<OrdersQuery>,
) -> Result<Json<Listed<OrderSummary>>, Problem> {
    let OrdersQuery { status, user_id, from, to, limit, cursor } = query;
    let limit = ListQuery { limit, cursor: None }.limit()?;
    let sought = Sought { status, customer: user_id, from, to };
    let sight = Sight::of(&staff.caller);
    let page = counter.orders.list(sought, limit, &counter.server_key.cursors(), cursor.as_deref()).await??;
    let items = page.items.iter().map(|order| sight.summary(order)).collect();
    Ok(Json(Listed { items, next_cursor: page.next_cursor }))
}

/// admin-orders-list.
pub fn function() -> Function {
    endpoint::<Counter>("admin-orders-list", || routes!(admin_orders_list))
}
