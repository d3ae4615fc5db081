//! POST /v1/admin/inventory/{sku}/transfer: staff bring stock from one warehouse to another.

use axum::extract::State;
use axum::http::StatusCode;
use holdfast_core::{Quantity, ReceiptId, Sku, Timestamp, WarehouseId};
use holdfast_http::{
    Json, Keyed, KeyedProblems, NotFound, Origin, OurFault, Path, Problem, Staff, StaffProblems, endpoint, permission,
};
use holdfast_runtime::Function;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::refusals::{insufficient, no_stock, too_many};
use crate::domain::Kind;
use crate::store::{Asked, Clerks, Move, ROUNDS, found_at};

/// What is to be brought where.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TransferStockRequest {
    /// From which warehouse.
    #[schema(value_type = String)]
    from: WarehouseId,
    /// To which.
    #[schema(value_type = String)]
    to: WarehouseId,
    /// How many.
    #[schema(value_type = u32, minimum = 1, maximum = 100_000_000, example = 10)]
    quantity: Quantity,
}

/// What was brought where.
#[derive(Serialize, ToSchema)]
pub struct Transfer {
    #[schema(value_type = String)]
    id: ReceiptId,
    #[schema(value_type = String, example = "TEE-M")]
    sku: Sku,
    #[schema(value_type = String)]
    from: WarehouseId,
    #[schema(value_type = String)]
    to: WarehouseId,
    #[schema(value_type = u32)]
    quantity: Quantity,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// Brings stock from one warehouse to another, in one transaction. What is held stays.
#[utoipa::path(
    post, path = "/v1/admin/inventory/{sku}/transfer", operation_id = "stock_transfer", tag = "inventory", security(("access_token" = ["inventory.write"])),
    params(
        ("sku" = String, Path, description = "The article's SKU"),
        ("idempotency-key" = String, Header, description = "Names the request: its repeat brings nothing")
    ),
    request_body = TransferStockRequest,
    responses(
        (status = 201, description = "The transfer", body = Transfer),
        (status = 409, description = "insufficient_stock: fewer can be taken; too_much_stock: more than 100,000,000", body = holdfast_http::ProblemBody, content_type = "application/problem+json"),
        KeyedProblems, StaffProblems, NotFound, OurFault
    )
)]
async fn stock_transfer(
    State(clerks): State<Clerks>,
    staff: Staff<permission::InventoryWrite>,
    origin: Origin,
    Path(sku): Path<Sku>,
    Keyed { key, fingerprint, body }: Keyed<TransferStockRequest>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let (inventory, caller) = (&clerks.inventory, staff.caller.user);
    let receipt = match clerks.asked(&format!("stock-transfer {sku}"), caller, &key, fingerprint).await? {
        Asked::Before(answer) => return Ok((StatusCode::CREATED, Json(answer))),
        Asked::New(receipt) => receipt,
    };
    let TransferStockRequest { from, to, quantity } = body;
    if from == to {
        return Err(Problem::invalid("/to", "must be another warehouse than from"));
    }
    inventory.warehouse_at("/to", to).await?;
    let (count, cause, kind) = (quantity.get(), origin.causation(Some(caller)), Kind::Transferred);
    let created_at = inventory.ambient.now();
    let answer = Transfer { id: receipt.id, sku: sku.clone(), from, to, quantity, created_at };
    for _ in 0..ROUNDS {
        let leaves = inventory.moves((&sku, from), Move::Out(count), kind, receipt.id, &cause);
        let there = inventory.place(&sku, to).await?;
        let arrives = match there {
            Some(_) => inventory.moves((&sku, to), Move::In(count), kind, receipt.id, &cause),
            None => inventory.first_stock((&sku, to), count, kind, receipt.id, &cause),
        };
        match inventory.once(&receipt, &answer, vec![leaves, arrives]).await? {
            Ok(answer) => return Ok((StatusCode::CREATED, Json(answer))),
            Err(error) if error.failed_at(1) => {
                return Err(found_at(&error, 1).map_or_else(no_stock, |stock| insufficient(stock.available)));
            }
            Err(error) if error.failed_at(2) && there.is_some() => return Err(too_many()),
            // Somebody else brought the first of it there.
            Err(_) => {}
        }
    }
    Err(Problem::unavailable("the stock kept changing"))
}

/// stock-transfer.
pub fn function() -> Function {
    endpoint::<Clerks>("stock-transfer", || routes!(stock_transfer))
}
