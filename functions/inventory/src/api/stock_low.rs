//! GET /v1/admin/inventory/low-stock: what is low or out, for staff.

use axum::extract::State;
use holdfast_http::{
    Json, ListQuery, Listed, OurFault, Problem, Query, QueryProblems, Staff, StaffProblems, endpoint, permission,
};
use holdfast_runtime::Function;
use utoipa_axum::routes;

use super::StockView;
use crate::store::Clerks;

/// What is available at or below its threshold, by SKU. The list follows the stock within seconds.
#[utoipa::path(
    get, path = "/v1/admin/inventory/low-stock", operation_id = "stock_low", tag = "inventory", security(("access_token" = ["inventory.read"])),
    params(ListQuery),
    responses((status = 200, description = "A page of stock", body = Listed<StockView>), QueryProblems, StaffProblems, OurFault)
)]
async fn stock_low(
    State(clerks): State<Clerks>,
    _: Staff<permission::InventoryRead>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Listed<StockView>>, Problem> {
    let (key, cursor) = (clerks.server_key.cursors(), query.cursor.as_deref());
    let (page, warehouses) = clerks.inventory.low(&key, query.limit()?, cursor).await?;
    let items = page.items.iter().map(|stock| StockView::of(stock, &warehouses)).collect();
    Ok(Json(Listed { items, next_cursor: page.next_cursor }))
}

/// stock-low.
pub fn function() -> Function {
    endpoint::<Clerks>("stock-low", || routes!(stock_low))
}
