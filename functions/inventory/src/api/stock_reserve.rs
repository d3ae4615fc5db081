//! POST /v1/admin/inventory/{sku}/reserve: staff hold stock for somebody.

use axum::extract::State;
use axum::http::StatusCode;
use holdfast_core::{Quantity, ReservationId, Sku};
use holdfast_dynamo::CommitError;
use holdfast_http::{
    Fingerprint, Json, Keyed, KeyedProblems, NotFound, Origin, OurFault, Path, Problem, Staff, StaffProblems, endpoint,
    permission,
};
use holdfast_runtime::{Count, Function};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::ReservationView;
use super::refusals::insufficient;
use crate::domain::{HoldFor, Holder, Line, Note};
use crate::holds::{Alone, Wanted, reserve};
use crate::store::{Clerks, Due, Inventory, ROUNDS};

/// What is to be held.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReserveStockRequest {
    /// How many.
    #[schema(value_type = u32, minimum = 1, maximum = 100_000_000, example = 2)]
    quantity: Quantity,
    /// For how long, in seconds: 1 to 60 minutes.
    #[schema(value_type = u32, minimum = 60, maximum = 3600, example = 900)]
    ttl_seconds: HoldFor,
    /// For whom or what: 1 to 64 ASCII characters.
    #[schema(value_type = String, max_length = 64, example = "order by telephone")]
    reference: Note,
}

/// Holds stock for somebody.
///
/// One warehouse is taken from when one has it all, else two, the first in their order.
#[utoipa::path(
    post, path = "/v1/admin/inventory/{sku}/reserve", operation_id = "stock_reserve", tag = "inventory", security(("access_token" = ["inventory.write"])),
    params(
        ("sku" = String, Path, description = "The article's SKU"),
        ("idempotency-key" = String, Header, description = "Names the request: its repeat holds nothing")
    ),
    request_body = ReserveStockRequest,
    responses(
        (status = 201, description = "The reservation as it was made", body = ReservationView),
        (status = 409, description = "insufficient_stock: fewer can be had", body = holdfast_http::ProblemBody, content_type = "application/problem+json"),
        KeyedProblems, StaffProblems, NotFound, OurFault
    )
)]
async fn stock_reserve(
    State(clerks): State<Clerks>,
    staff: Staff<permission::InventoryWrite>,
    origin: Origin,
    Path(sku): Path<Sku>,
    Keyed { key, fingerprint, body }: Keyed<ReserveStockRequest>,
) -> Result<(StatusCode, Json<ReservationView>), Problem> {
    let (inventory, caller) = (&clerks.inventory, staff.caller.user);
    let id: ReservationId = clerks.server_key.id(&format!("stock-reserve {sku}"), &caller.to_string(), &key);
    let ReserveStockRequest { quantity, ttl_seconds, reference } = body;
    let (line, cause) = (Line { sku: sku.clone(), quantity }, origin.causation(Some(caller)));
    let mut reclaimed = false;
    for _ in 0..ROUNDS {
        if let Some(made) = made(inventory, id, &fingerprint).await? {
            return Ok((StatusCode::CREATED, Json(made)));
        }
        let (stock, warehouses) = inventory.stock(&sku).await?;
        let shelves = [(sku.clone(), stock.shelves(&warehouses))].into();
        let wanted = Wanted { lines: std::slice::from_ref(&line), holder: Holder::Desk, reference: reference.clone() };
        let reservation = match reserve(id, wanted, &shelves, (inventory.ambient.now(), ttl_seconds), &cause) {
            Ok(reservation) => reservation,
            // What nobody fetched in time is not yet this buyer's to miss.
            Err(_) if !reclaimed => {
                inventory.sweep(Due::OfTheDesk(&sku), &Alone).await?;
                reclaimed = true;
                continue;
            }
            Err(short) => {
                // A twin may have made it since it was looked for: what was granted wins over every refusal.
                if let Some(made) = made(inventory, id, &fingerprint).await? {
                    return Ok((StatusCode::CREATED, Json(made)));
                }
                holdfast_runtime::count(Count::OversellPrevented, 1);
                return Err(insufficient(short.first().map_or(0, |(_, short)| short.available)));
            }
        };
        let pieces = inventory.hold(&reservation, Some(fingerprint.clone()), &cause);
        match inventory.table.transaction().and_all(pieces).commit().await {
            Ok(()) => return Ok((StatusCode::CREATED, Json(ReservationView::as_made(&reservation)))),
            // A twin was faster, or another buyer.
            Err(CommitError::Cancelled(_)) => {}
            Err(CommitError::Store(error)) => return Err(error.into()),
        }
    }
    Err(Problem::unavailable("the stock kept changing"))
}

/// The reservation that an earlier request under this key made.
async fn made(
    inventory: &Inventory,
    id: ReservationId,
    fingerprint: &Fingerprint,
) -> Result<Option<ReservationView>, Problem> {
    let Some((reservation, first)) = inventory.reservation(id).await? else { return Ok(None) };
    if let Some(first) = first {
        fingerprint.agrees_with(&first)?;
    }
    Ok(Some(ReservationView::as_made(&reservation)))
}

/// stock-reserve.
pub fn function() -> Function {
    endpoint::<Clerks>("stock-reserve", || routes!(stock_reserve))
}
