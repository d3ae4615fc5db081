//! POST /v1/admin/inventory/{sku}/adjust: staff correct a stock.

use axum::extract::State;
use axum::http::StatusCode;
use holdfast_core::{ReceiptId, Sku, Timestamp, WarehouseId};
use holdfast_http::{
    Json, Keyed, KeyedProblems, NotFound, Origin, OurFault, Path, Problem, Staff, StaffProblems, endpoint, permission,
};
use holdfast_runtime::Function;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::refusals::{below_reserved, no_stock, too_many};
use crate::domain::{Delta, Kind, Note};
use crate::store::{Asked, Clerks, Move, found_at};

/// A correction.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdjustStockRequest {
    /// Where.
    #[schema(value_type = String)]
    warehouse_id: WarehouseId,
    /// By how many: more, or fewer.
    #[schema(value_type = i64, example = -2)]
    delta: Delta,
    /// Why: 1 to 64 ASCII characters.
    #[schema(value_type = String, max_length = 64, example = "broken in transit")]
    reason: Note,
}

/// A correction that was made.
#[derive(Serialize, ToSchema)]
pub struct Adjustment {
    #[schema(value_type = String)]
    id: ReceiptId,
    #[schema(value_type = String, example = "TEE-M")]
    sku: Sku,
    #[schema(value_type = String)]
    warehouse_id: WarehouseId,
    #[schema(value_type = i64, example = -2)]
    delta: Delta,
    #[schema(value_type = String)]
    reason: Note,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// Corrects how many lie in a warehouse, never below what is held.
#[utoipa::path(
    post, path = "/v1/admin/inventory/{sku}/adjust", operation_id = "stock_adjust", tag = "inventory", security(("access_token" = ["inventory.write"])),
    params(
        ("sku" = String, Path, description = "The article's SKU"),
        ("idempotency-key" = String, Header, description = "Names the request: its repeat adjusts nothing")
    ),
    request_body = AdjustStockRequest,
    responses(
        (status = 201, description = "The correction", body = Adjustment),
        (status = 409, description = "below_reserved: less would be left than is held; too_much_stock: more than 100,000,000", body = holdfast_http::ProblemBody, content_type = "application/problem+json"),
        KeyedProblems, StaffProblems, NotFound, OurFault
    )
)]
async fn stock_adjust(
    State(clerks): State<Clerks>,
    staff: Staff<permission::InventoryWrite>,
    origin: Origin,
    Path(sku): Path<Sku>,
    Keyed { key, fingerprint, body }: Keyed<AdjustStockRequest>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let (inventory, caller) = (&clerks.inventory, staff.caller.user);
    let receipt = match clerks.asked(&format!("stock-adjust {sku}"), caller, &key, fingerprint).await? {
        Asked::Before(answer) => return Ok((StatusCode::CREATED, Json(answer))),
        Asked::New(receipt) => receipt,
    };
    let AdjustStockRequest { warehouse_id, delta, reason } = body;
    let by = u32::try_from(delta.get().unsigned_abs()).unwrap_or(u32::MAX);
    let change = if delta.get() > 0 { Move::In(by) } else { Move::Out(by) };
    let cause = origin.causation(Some(caller));
    let moved = inventory.moves((&sku, warehouse_id), change, Kind::Adjusted, &reason, &cause);
    let created_at = inventory.ambient.now();
    let answer = Adjustment { id: receipt.id, sku, warehouse_id, delta, reason, created_at };
    match inventory.once(&receipt, &answer, vec![moved]).await? {
        Ok(answer) => Ok((StatusCode::CREATED, Json(answer))),
        Err(error) if error.failed_at(1) => Err(match found_at(&error, 1) {
            None => no_stock(),
            Some(_) if delta.get() > 0 => too_many(),
            Some(stock) => below_reserved(&stock),
        }),
        Err(error) => Err(error.into()),
    }
}

/// stock-adjust.
pub fn function() -> Function {
    endpoint::<Clerks>("stock-adjust", || routes!(stock_adjust))
}
