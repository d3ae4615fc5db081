//! POST /v1/admin/inventory/sync: a warehouse's own counts.

use std::collections::{HashMap, HashSet};

use axum::extract::State;
use holdfast_core::{Causation, ReceiptId, Sku, WarehouseId};
use holdfast_http::{
    Json, Keyed, KeyedProblems, Origin, OurFault, Problem, Staff, StaffProblems, endpoint, permission,
};
use holdfast_runtime::Function;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::domain::Count;
use crate::store::{Asked, Clerks, Inventory, StockItem, found_at};

/// The most counts that one request brings: what is written within the gateway's 30 seconds.
const MOST_COUNTS: usize = 1_000;
/// How many are written at once.
const AT_ONCE: usize = 25;

/// What a warehouse counted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SyncStockRequest {
    /// Which.
    #[schema(value_type = String)]
    warehouse_id: WarehouseId,
    /// Each article once; 1 to 1,000 of them.
    #[schema(min_items = 1, max_items = 1000)]
    counts: Vec<Counted>,
}

/// How many of an article lie there.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    /// Of which.
    #[schema(value_type = String, example = "TEE-M")]
    sku: Sku,
    /// How many, what is held included.
    #[schema(value_type = u32, maximum = 100_000_000, example = 38)]
    on_hand: Count,
}

/// What became of the counts.
#[derive(Serialize, ToSchema)]
pub struct Synced {
    #[schema(value_type = String)]
    id: ReceiptId,
    #[schema(value_type = String)]
    warehouse_id: WarehouseId,
    /// One for each count, in their order.
    results: Vec<SyncedRow>,
}

/// What became of a count.
#[derive(Serialize, ToSchema)]
pub struct SyncedRow {
    #[schema(value_type = String, example = "TEE-M")]
    sku: Sku,
    result: Outcome,
}

/// What became of a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The stock is what was counted.
    Changed,
    /// It was so already.
    Unchanged,
    /// More are held than were counted: somebody has to look.
    BelowReserved,
    /// The article is not kept in that warehouse.
    Unknown,
}

/// Takes over a warehouse's own counts, up to 1,000 a call, with a result for each.
#[utoipa::path(
    post, path = "/v1/admin/inventory/sync", operation_id = "stock_sync", tag = "inventory", security(("access_token" = ["inventory.write"])),
    params(("idempotency-key" = String, Header, description = "Names the request: its repeat counts nothing twice")),
    request_body = SyncStockRequest,
    responses((status = 200, description = "A result for each count", body = Synced), KeyedProblems, StaffProblems, OurFault)
)]
async fn stock_sync(
    State(clerks): State<Clerks>,
    staff: Staff<permission::InventoryWrite>,
    origin: Origin,
    Keyed { key, fingerprint, body }: Keyed<SyncStockRequest>,
) -> Result<Json<Value>, Problem> {
    let (inventory, caller) = (&clerks.inventory, staff.caller.user);
    let receipt = match clerks.asked("stock-sync", caller, &key, fingerprint).await? {
        Asked::Before(answer) => return Ok(Json(answer)),
        Asked::New(receipt) => receipt,
    };
    let SyncStockRequest { warehouse_id, counts } = body;
    checked(&counts)?;
    inventory.warehouse_at("/warehouse_id", warehouse_id).await?;
    let skus: Vec<&Sku> = counts.iter().map(|count| &count.sku).collect();
    let places = inventory.places(&skus, warehouse_id).await?;
    let places: HashMap<Sku, StockItem> = places.into_iter().map(|place| (place.sku.clone(), place)).collect();
    let cause = origin.causation(Some(caller));
    let mut results = Vec::with_capacity(counts.len());
    for some in counts.chunks(AT_ONCE) {
        let counting = some.iter().map(|count| apply(inventory, places.get(&count.sku), count, receipt.id, &cause));
        let outcomes = futures::future::try_join_all(counting).await?;
        results.extend(some.iter().zip(outcomes).map(|(count, result)| SyncedRow { sku: count.sku.clone(), result }));
    }
    // The receipt comes last: a request that breaks off goes on when it is sent again.
    let answer = Synced { id: receipt.id, warehouse_id, results };
    Ok(Json(inventory.once(&receipt, &answer, Vec::new()).await??))
}

fn checked(counts: &[Counted]) -> Result<(), Problem> {
    if !(1..=MOST_COUNTS).contains(&counts.len()) {
        return Err(Problem::invalid("/counts", format!("must have 1 to {MOST_COUNTS} entries")));
    }
    let mut seen = HashSet::new();
    let twice = counts.iter().position(|count| !seen.insert(&count.sku));
    twice.map_or(Ok(()), |nth| Err(Problem::invalid(format!("/counts/{nth}/sku"), "is counted twice")))
}

async fn apply(
    inventory: &Inventory,
    place: Option<&StockItem>,
    count: &Counted,
    receipt: ReceiptId,
    cause: &Causation,
) -> Result<Outcome, Problem> {
    let Some(place) = place else { return Ok(Outcome::Unknown) };
    let on_hand = count.on_hand.get();
    if place.balance().on_hand() == on_hand {
        return Ok(Outcome::Unchanged);
    }
    let counting = inventory.counts((&count.sku, place.warehouse_id), on_hand, receipt, cause);
    match inventory.table.transaction().and_all(counting).commit().await {
        Ok(()) => Ok(Outcome::Changed),
        // An earlier try did it, or a twin of this request.
        Err(error) if error.failed_at(0) => Ok(Outcome::Changed),
        Err(error) if error.failed_at(1) => {
            Ok(found_at(&error, 1).map_or(Outcome::Unknown, |_| Outcome::BelowReserved))
        }
        Err(error) => Err(error.into()),
    }
}

/// stock-sync.
pub fn function() -> Function {
    endpoint::<Clerks>("stock-sync", || routes!(stock_sync))
}
