//! POST /v1/orders/{id}/cancel: an order is called off by its owner.

use axum::extract::State;
use holdfast_http::{CallerProblems, Json, Keyed, KeyedProblems, NotFound, Origin, OurFault, Problem, endpoint};
use holdfast_runtime::Function;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::OrderView;
use super::cancelling::{Desk, ROUNDS, invalid_transition};
use crate::domain::{Request, Status, Step};
use crate::owner::Own;

/// Why, if its owner says so.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelOrderRequest {
    /// 1 to 300 characters.
    #[serde(default)]
    #[schema(max_length = 300, example = "ordered twice")]
    reason: Option<String>,
}

/// The longest reason, in characters.
const LONGEST_REASON: usize = 300;

/// A reason, if it is one: one that is too long is refused, an empty one is none.
pub(super) fn reason(text: Option<String>) -> Result<Option<String>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let (text, letters) = (text.trim(), text.trim().chars().take(LONGEST_REASON.saturating_add(1)).count());
    if (1..=LONGEST_REASON).contains(&letters) && !text.chars().any(char::is_control) {
        return Ok(Some(text.to_owned()));
    }
    Err(Problem::invalid("/reason", format!("must be one line of 1 to {LONGEST_REASON} characters")))
}

/// Cancels an order that has not been shipped.
///
/// Its stock is free again, and what was paid for it goes back. A repeat under the same key changes nothing.
#[utoipa::path(
    post, path = "/v1/orders/{id}/cancel", operation_id = "orders_cancel", tag = "orders", security(("access_token" = []), ("order_token" = [])),
    params(
        ("id" = String, Path, description = "The order's id"),
        ("idempotency-key" = String, Header, description = "Names the request: its repeat changes nothing")
    ),
    request_body = CancelOrderRequest,
    responses(
        (status = 200, description = "The order, cancelled", body = OrderView),
        (status = 409, description = "invalid_transition: it was shipped, or has ended; `allowed` says what may follow", body = holdfast_http::ProblemBody, content_type = "application/problem+json"),
        KeyedProblems, CallerProblems, NotFound, OurFault
    )
)]
async fn orders_cancel(
    State(desk): State<Desk>,
    own: Own,
    origin: Origin,
    Keyed { key, fingerprint, body }: Keyed<CancelOrderRequest>,
) -> Result<Json<OrderView>, Problem> {
    let (orders, caller, cause) = (&desk.counter.orders, own.caller(), origin.causation(own.user));
    let why = reason(body.reason)?;
    let request = Request { id: desk.counter.server_key.id("orders-cancel", &caller, &key), fingerprint };
    let Own { mut order, buyer, .. } = own;
    for _ in 0..ROUNDS {
        if let Some(first) = order.taken_by(request.id) {
            request.fingerprint.agrees_with(&first.fingerprint)?;
            return Ok(Json(OrderView::of(&order, buyer.as_ref())));
        }
        if !order.status.may_become(Status::Cancelled) {
            return Err(invalid_transition(&order, Status::Cancelled, &[]));
        }
        let step = Step { to: Status::Cancelled, why: why.clone(), request: Some(request.clone()) };
        let pieces = desk.cancels(&order, &step, &cause).await?;
        let committed = orders.table.transaction().and_all(pieces).commit().await;
        order = orders.order(order.id).await?.ok_or_else(|| Problem::not_found("order"))?;
        match committed {
            Ok(()) => return Ok(Json(OrderView::of(&order, buyer.as_ref()))),
            // It was paid, packed or let go meanwhile: what may follow has changed.
            Err(error) if error.lost() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Problem::unavailable("the order kept changing"))
}

/// orders-cancel.
pub fn function() -> Function {
    endpoint::<Desk>("orders-cancel", || routes!(orders_cancel))
}
