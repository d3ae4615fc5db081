//! PATCH /v1/admin/inventory/{sku}: staff say at how many an article counts as low.

use axum::extract::State;
use holdfast_core::Sku;
use holdfast_http::{
    BodyProblems, ETag, IfMatch, Json, NotFound, Origin, OurFault, Path, Problem, Staff, StaffProblems, Stale, Tagged,
    endpoint, permission,
};
use holdfast_runtime::Function;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::StockView;
use crate::domain::Count;
use crate::store::{ROUNDS, Readers};

/// What is to change.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetThresholdRequest {
    /// At how many, over all warehouses, it counts as low from now on.
    #[schema(value_type = u32, maximum = 100_000_000, example = 5)]
    low_stock_threshold: Count,
}

/// Sets at how many an article counts as low.
#[utoipa::path(
    patch, path = "/v1/admin/inventory/{sku}", operation_id = "stock_set_threshold", tag = "inventory", security(("access_token" = ["inventory.write"])),
    params(
        ("sku" = String, Path, description = "The article's SKU"),
        ("if-match" = Option<String>, Header, description = "The version that is meant: 412 when it is not the current one")
    ),
    request_body = SetThresholdRequest,
    responses(
        (status = 200, description = "The stock", body = StockView, headers(("etag" = String, description = "The version of the article's settings"))),
        BodyProblems, StaffProblems, NotFound, Stale, OurFault
    )
)]
async fn stock_set_threshold(
    State(readers): State<Readers>,
    staff: Staff<permission::InventoryWrite>,
    origin: Origin,
    if_match: IfMatch,
    Path(sku): Path<Sku>,
    Json(change): Json<SetThresholdRequest>,
) -> Result<Tagged<Json<StockView>>, Problem> {
    let inventory = &readers.inventory;
    for _ in 0..ROUNDS {
        let (mut stock, warehouses) = inventory.stock(&sku).await?;
        if_match.admits(stock.article.version)?;
        let threshold = change.low_stock_threshold.get();
        let write = inventory.set_threshold(&stock.article, threshold, &origin.causation(Some(staff.caller.user)));
        match inventory.table.commit(write).await {
            Ok(()) => {
                stock.article.low_stock_threshold = threshold;
                let version = stock.article.version.saturating_add(1);
                return Ok(Tagged(ETag(version), Json(StockView::of(&stock, &warehouses))));
            }
            Err(error) if error.failed_at(0) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Problem::unavailable("the article kept changing"))
}

/// stock-set-threshold.
pub fn function() -> Function {
    endpoint::<Readers>("stock-set-threshold", || routes!(stock_set_threshold))
}
