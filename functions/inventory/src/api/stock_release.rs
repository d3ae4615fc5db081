//! POST /v1/admin/inventory/{sku}/release: staff give back what is held.

use axum::extract::State;
use holdfast_core::{ReservationId, Sku};
use holdfast_http::{
    Json, Keyed, KeyedProblems, NotFound, Origin, OurFault, Path, Problem, Staff, StaffProblems, endpoint, permission,
};
use holdfast_runtime::Function;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::ReservationView;
use crate::domain::{Closing, Holder, Reservation, Status};
use crate::store::{Asked, Clerks};

/// What is to be given back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseStockRequest {
    /// The reservation, whole.
    #[schema(value_type = String)]
    reservation_id: ReservationId,
}

/// Gives back what a reservation holds.
#[utoipa::path(
    post, path = "/v1/admin/inventory/{sku}/release", operation_id = "stock_release", tag = "inventory", security(("access_token" = ["inventory.write"])),
    params(
        ("sku" = String, Path, description = "The SKU of an article that it holds"),
        ("idempotency-key" = String, Header, description = "Names the request: its repeat gives nothing back")
    ),
    request_body = ReleaseStockRequest,
    responses(
        (status = 200, description = "The reservation, released", body = ReservationView),
        (status = 409, description = "reservation_ended: it was committed, released or has expired; reservation_of_an_order: it ends with its order", body = holdfast_http::ProblemBody, content_type = "application/problem+json"),
        KeyedProblems, StaffProblems, NotFound, OurFault
    )
)]
async fn stock_release(
    State(clerks): State<Clerks>,
    staff: Staff<permission::InventoryWrite>,
    origin: Origin,
    Path(sku): Path<Sku>,
    Keyed { key, fingerprint, body }: Keyed<ReleaseStockRequest>,
) -> Result<Json<Value>, Problem> {
    let (inventory, caller) = (&clerks.inventory, staff.caller.user);
    let receipt = match clerks.asked(&format!("stock-release {sku}"), caller, &key, fingerprint).await? {
        Asked::Before(answer) => return Ok(Json(answer)),
        Asked::New(receipt) => receipt,
    };
    let found = inventory.reservation(body.reservation_id).await?.map(|(reservation, _)| reservation);
    let reservation = found.filter(|reservation| reservation.holds(&sku));
    let reservation = reservation.ok_or_else(|| Problem::not_found("reservation"))?;
    if reservation.holder == Holder::Another {
        let detail = "It is an order's: cancel the order, and its stock is free.";
        return Err(Problem::conflict("reservation_of_an_order", "The reservation belongs to an order", detail));
    }
    if reservation.status != Status::Active {
        // A twin may have let it go since its receipt was looked for.
        return inventory.receipt(&receipt).await?.map(Json).ok_or_else(ended);
    }
    let pieces =
        inventory.close((reservation.id, &reservation.lines), Closing::Release, &origin.causation(Some(caller)));
    let released = Reservation { status: Status::Released, ..reservation };
    match inventory.once(&receipt, &ReservationView::of(&released), pieces).await? {
        Ok(answer) => Ok(Json(answer)),
        Err(error) if error.failed_at(1) => Err(ended()),
        Err(error) => Err(error.into()),
    }
}

fn ended() -> Problem {
    let detail = "It was committed, released or has expired.";
    Problem::conflict("reservation_ended", "The reservation has ended", detail)
}

/// stock-release.
pub fn function() -> Function {
    endpoint::<Clerks>("stock-release", || routes!(stock_release))
}
