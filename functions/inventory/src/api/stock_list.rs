//! GET /v1/admin/inventory: all articles, for staff.

use axum::extract::State;
use holdfast_http::{
    Json, ListQuery, Listed, OurFault, Problem, Query, QueryProblems, Staff, StaffProblems, endpoint, permission,
};
use holdfast_runtime::Function;
use utoipa_axum::routes;

use super::StockView;
use crate::store::Clerks;

/// All articles' stock, by SKU.
#[utoipa::path(
    get, path = "/v1/admin/inventory", operation_id = "stock_list", tag = "inventory", security(("access_token" = ["inventory.read"])),
    params(ListQuery),
    responses((status = 200, description = "A page of stock", body = Listed<StockView>), QueryProblems, StaffProblems, OurFault)
)]
async fn stock_list(
    State(clerks): State<Clerks>,
    _: Staff<permission::InventoryRead>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Listed<StockView>>, Problem> {
    let (key, cursor) = (clerks.server_key.cursors(), query.cursor.as_deref());
    let (page, warehouses) = clerks.inventory.articles(&key, query.limit()?, cursor).await?;
    let items = page.items.iter().map(|stock| StockView::of(stock, &warehouses)).collect();
    Ok(Json(Listed { items, next_cursor: page.next_cursor }))
}

/// stock-list.
pub fn function() -> Function {
    endpoint::<Clerks>("stock-list", || routes!(stock_list))
}
