//! GET /v1/admin/inventory/{sku}: an article's stock, for staff.

use axum::extract::State;
use holdfast_core::Sku;
use holdfast_http::{
    ETag, Json, NotFound, OurFault, Path, Problem, Staff, StaffProblems, Tagged, endpoint, permission,
};
use holdfast_runtime::Function;
use utoipa_axum::routes;

use super::StockView;
use crate::store::Readers;

/// An article's stock, in all warehouses.
#[utoipa::path(
    get, path = "/v1/admin/inventory/{sku}", operation_id = "stock_get", tag = "inventory", security(("access_token" = ["inventory.read"])),
    params(("sku" = String, Path, description = "The article's SKU")),
    responses(
        (status = 200, description = "The stock", body = StockView, headers(("etag" = String, description = "The version of the article's settings: what If-Match of a change of its threshold names"))),
        StaffProblems, NotFound, OurFault
    )
)]
async fn stock_get(
    State(readers): State<Readers>,
    _: Staff<permission::InventoryRead>,
    Path(sku): Path<Sku>,
) -> Result<Tagged<Json<StockView>>, Problem> {
    let (stock, warehouses) = readers.inventory.stock(&sku).await?;
    Ok(Tagged(ETag(stock.article.version), Json(StockView::of(&stock, &warehouses))))
}

/// stock-get.
pub fn function() -> Function {
    endpoint::<Readers>("stock-get", || routes!(stock_get))
}
