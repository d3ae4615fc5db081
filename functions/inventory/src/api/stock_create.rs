//! POST /v1/admin/inventory: staff put an article into a warehouse for the first time.

use axum::extract::State;
use axum::http::StatusCode;
use holdfast_core::{Sku, WarehouseId};
use holdfast_http::{
    Json, Keyed, KeyedProblems, Origin, OurFault, Problem, Staff, StaffProblems, endpoint, permission, present,
};
use holdfast_runtime::Function;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::domain::{Count, Kind};
use crate::store::{Asked, Clerks, ROUNDS};

/// Stock to be kept.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateStockRequest {
    /// Of which article.
    #[schema(value_type = String, example = "TEE-M")]
    sku: Sku,
    /// Where.
    #[schema(value_type = String)]
    warehouse_id: WarehouseId,
    /// How many lie there.
    #[schema(value_type = u32, maximum = 100_000_000, example = 40)]
    on_hand: Count,
    /// At how many, over all warehouses, the article counts as low. 0 when it is not said for a new one.
    #[schema(value_type = u32, required = false, maximum = 100_000_000, example = 5)]
    #[serde(default, deserialize_with = "present")]
    low_stock_threshold: Option<Count>,
}

/// Stock as it was when it was created.
#[derive(Serialize, ToSchema)]
pub struct CreatedStock {
    #[schema(value_type = String, example = "TEE-M")]
    sku: Sku,
    #[schema(value_type = String)]
    warehouse_id: WarehouseId,
    available: u32,
    reserved: u32,
    on_hand: u32,
    low_stock_threshold: u32,
}

/// Puts an article into a warehouse for the first time.
#[utoipa::path(
    post, path = "/v1/admin/inventory", operation_id = "stock_create", tag = "inventory", security(("access_token" = ["inventory.write"])),
    params(("idempotency-key" = String, Header, description = "Names the request: its repeat creates nothing")),
    request_body = CreateStockRequest,
    responses(
        (status = 201, description = "The stock as it was created", body = CreatedStock),
        (status = 409, description = "stock_exists: the article lies in that warehouse already", body = holdfast_http::ProblemBody, content_type = "application/problem+json"),
        KeyedProblems, StaffProblems, OurFault
    )
)]
async fn stock_create(
    State(clerks): State<Clerks>,
    staff: Staff<permission::InventoryWrite>,
    origin: Origin,
    Keyed { key, fingerprint, body }: Keyed<CreateStockRequest>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let (inventory, caller) = (&clerks.inventory, staff.caller.user);
    let receipt = match clerks.asked("stock-create", caller, &key, fingerprint).await? {
        Asked::Before(answer) => return Ok((StatusCode::CREATED, Json(answer))),
        Asked::New(receipt) => receipt,
    };
    let CreateStockRequest { sku, warehouse_id, on_hand, low_stock_threshold } = body;
    inventory.warehouse_at("/warehouse_id", warehouse_id).await?;
    let (cause, on_hand) = (origin.causation(Some(caller)), on_hand.get());
    for _ in 0..ROUNDS {
        let article = inventory.article(&sku).await?;
        let threshold = low_stock_threshold.map(Count::get);
        let (threshold, kept) = match &article {
            None => {
                let threshold = threshold.unwrap_or(0);
                (threshold, Some(inventory.keep(&sku, threshold, &cause)))
            }
            Some(article) => match threshold.filter(|threshold| *threshold != article.low_stock_threshold) {
                Some(threshold) => (threshold, Some(inventory.set_threshold(article, threshold, &cause))),
                None => (article.low_stock_threshold, None),
            },
        };
        let place = (&sku, warehouse_id);
        let first = inventory.first_stock(place, on_hand, Kind::Created, receipt.id, &cause);
        let answer = CreatedStock {
            sku: sku.clone(),
            warehouse_id,
            available: on_hand,
            reserved: 0,
            on_hand,
            low_stock_threshold: threshold,
        };
        let actions = std::iter::once(first).chain(kept).collect();
        match inventory.once(&receipt, &answer, actions).await? {
            Ok(answer) => return Ok((StatusCode::CREATED, Json(answer))),
            Err(error) if error.failed_at(1) => {
                let detail = "The article lies in that warehouse already: adjust it.";
                return Err(Problem::conflict("stock_exists", "The stock exists", detail));
            }
            // The article has changed since it was read.
            Err(_) => {}
        }
    }
    Err(Problem::unavailable("the article kept changing"))
}

/// stock-create.
pub fn function() -> Function {
    endpoint::<Clerks>("stock-create", || routes!(stock_create))
}
