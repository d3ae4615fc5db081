//! POST /v1/admin/orders/{id}/status: staff move an order on.

use axum::extract::State;
use holdfast_core::OrderId;
use holdfast_http::{
    Json, Keyed, KeyedProblems, NotFound, Origin, OurFault, Path, Problem, Staff, StaffProblems, endpoint, permission,
};
use holdfast_runtime::Function;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::cancelling::{Desk, ROUNDS, invalid_transition};
use super::orders_cancel::reason;
use super::staff_views::{Sight, StaffOrder};
use crate::domain::{Order, Request, Shipment, ShipmentState, Status, Step, Tracking};
use crate::events::Happened;

/// Where an order is to go.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetStatusRequest {
    /// PROCESSING, SHIPPED, DELIVERED or CANCELLED.
    status: Status,
    /// Why: 1 to 300 characters.
    #[schema(max_length = 300, example = "packed")]
    reason: String,
    /// What its parcel is followed by, once it is shipped.
    #[serde(default)]
    tracking: Option<Tracking>,
}

/// Moves an order on.
///
/// Staff set what people do: PROCESSING, SHIPPED, DELIVERED, CANCELLED; the warehouse the first two. What payments, the clock
/// and returns decide is theirs to set. Cancelling frees the stock, and gives back what was paid.
#[utoipa::path(
    post, path = "/v1/admin/orders/{id}/status", operation_id = "admin_orders_set_status", tag = "orders", security(("access_token" = ["orders.write"])),
    params(
        ("id" = String, Path, description = "The order's id"),
        ("idempotency-key" = String, Header, description = "Names the request: its repeat changes nothing")
    ),
    request_body = SetStatusRequest,
    responses(
        (status = 200, description = "The order, as the caller's role may see it", body = StaffOrder),
        (status = 409, description = "invalid_transition: it cannot go there; `allowed` says where it can", body = holdfast_http::ProblemBody, content_type = "application/problem+json"),
        KeyedProblems, StaffProblems, NotFound, OurFault
    )
)]
async fn admin_orders_set_status(
    State(desk): State<Desk>,
    staff: Staff<permission::OrdersWrite>,
    origin: Origin,
    Path(id): Path<OrderId>,
    Keyed { key, fingerprint, body }: Keyed<SetStatusRequest>,
) -> Result<Json<StaffOrder>, Problem> {
    let (orders, caller, cause) = (&desk.counter.orders, &staff.caller, origin.causation(Some(staff.caller.user)));
    let sight = Sight::of(caller);
    let SetStatusRequest { status: to, reason: why, tracking } = body;
    let why = reason(Some(why))?;
    let tracking = tracking.map(Tracking::checked).transpose();
    let tracking = tracking.map_err(|(field, why)| Problem::invalid(format!("/tracking/{field}"), why))?;
    if tracking.is_some() && to != Status::Shipped {
        return Err(Problem::invalid("/tracking", "is of use only with SHIPPED"));
    }
    if to.is_set_by_staff() && !sets(sight, to) {
        return Err(Problem::forbidden("The warehouse sets PROCESSING and SHIPPED."));
    }
    let operation = format!("admin-orders-set-status {id}");
    let request = Request { id: desk.counter.server_key.id(&operation, &caller.user.to_string(), &key), fingerprint };
    let mut committed = false;
    for _ in 0..ROUNDS {
        let found = orders.order_and_buyer(id).await?;
        let (order, buyer) = found.ok_or_else(|| Problem::not_found("order"))?;
        let first = order.taken_by(request.id);
        if committed || first.is_some() {
            first.map_or(Ok(()), |first| request.fingerprint.agrees_with(&first.fingerprint))?;
            return Ok(Json(sight.order(&order, buyer.as_ref(), &[])));
        }
        let allowed = order.status.next().iter().copied().filter(|next| next.is_set_by_staff() && sets(sight, *next));
        let allowed: Vec<_> = allowed.collect();
        if !allowed.contains(&to) {
            return Err(invalid_transition(&order, to, &allowed));
        }
        let step = Step { to, why: why.clone(), request: Some(request.clone()) };
        let pieces = match to {
            Status::Cancelled => desk.cancels(&order, &step, &cause).await?,
            Status::Processing => vec![orders.step(&order, &step, None, &Happened::Processing {}, &cause)],
            Status::Shipped => {
                let shipment = parcel(&order, tracking.clone(), ShipmentState::HandedOver, orders.ambient.now());
                vec![orders.step(&order, &step, Some(&shipment), &Happened::Shipped {}, &cause)]
            }
            Status::Delivered => {
                let shipment = parcel(&order, None, ShipmentState::Delivered, orders.ambient.now());
                vec![orders.step(&order, &step, Some(&shipment), &Happened::Delivered {}, &cause)]
            }
            Status::Pending
            | Status::Review
            | Status::Paid
            | Status::ReturnRequested
            | Status::Returned
            | Status::Expired => return Err(invalid_transition(&order, to, &allowed)),
        };
        match orders.table.transaction().and_all(pieces).commit().await {
            Ok(()) => committed = true,
            Err(error) if error.lost() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Problem::unavailable("the order kept changing"))
}

/// Whether someone who sees so much of an order may set this.
fn sets(sight: Sight, to: Status) -> bool {
    match sight {
        Sight::Whole => true,
        Sight::Parcel | Sight::Figures => matches!(to, Status::Processing | Status::Shipped),
    }
}

/// Where an order's parcel is now; what it was followed by stays.
pub(super) fn parcel(
    order: &Order,
    tracking: Option<Tracking>,
    state: ShipmentState,
    at: holdfast_core::Timestamp,
) -> Shipment {
    let known = || order.shipment.as_ref().and_then(|shipment| shipment.tracking.clone());
    Shipment { tracking: tracking.or_else(known), state, at }
}

/// admin-orders-set-status.
pub fn function() -> Function {
    endpoint::<Desk>("admin-orders-set-status", || routes!(admin_orders_set_status))
}
