//! GET /v1/admin/returns: returns, for staff.

use axum::extract::State;
use holdfast_http::{
    Json, ListQuery, Listed, OurFault, Problem, Query, QueryProblems, Staff, StaffProblems, endpoint, permission,
};
use holdfast_runtime::Function;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::routes;

use super::ReturnView;
use crate::domain::ReturnStatus;
use crate::store::Counter;

/// Which returns, and which part of them.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct ReturnsQuery {
    /// In this status.
    #[param(inline)]
    status: Option<ReturnStatus>,
    /// How many, 1 to 100; 20 when it is not said.
    #[param(minimum = 1, maximum = 100, example = 20)]
    limit: Option<String>,
    /// Where to go on: `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Returns, the newest first.
#[utoipa::path(
    get, path = "/v1/admin/returns", operation_id = "admin_returns_list", tag = "orders", security(("access_token" = ["orders.write"])),
    params(ReturnsQuery),
    responses((status = 200, description = "A page of returns", body = Listed<ReturnView>), QueryProblems, StaffProblems, OurFault)
)]
async fn admin_returns_list(
    State(counter): State<Counter>,
    _: Staff<permission::OrdersWrite>,
    Query(query): Query<ReturnsQuery>,
) -> Result<Json<Listed<ReturnView>>, Problem> {
    let ReturnsQuery { status, limit, cursor } = query;
    let limit = ListQuery { limit, cursor: None }.limit()?;
    let page = counter.orders.returns(status, limit, &counter.server_key.cursors(), cursor.as_deref()).await??;
    Ok(Json(Listed { items: page.items.iter().map(ReturnView::of).collect(), next_cursor: page.next_cursor }))
}

/// admin-returns-list.
pub fn function() -> Function {
    endpoint::<Counter>("admin-returns-list", || routes!(admin_returns_list))
}
