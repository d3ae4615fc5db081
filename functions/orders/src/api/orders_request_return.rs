//! POST /v1/orders/{id}/returns: a buyer wants to send something back.

use axum::extract::State;
use axum::http::StatusCode;
use holdfast_core::ReturnId;
use holdfast_http::{CallerProblems, Json, Keyed, KeyedProblems, NotFound, Origin, OurFault, Problem, endpoint};
use holdfast_runtime::Function;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::ReturnView;
use super::cancelling::{ROUNDS, invalid_transition};
use crate::domain::{NewReturn, Return, ReturnStatus, ReturnTurn, ReturnWrong, Returned, Status, Step};
use crate::events::Happened;
use crate::owner::Own;
use crate::store::Counter;

/// What comes back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestReturnRequest {
    /// Of which articles, and how many.
    #[schema(min_items = 1, max_items = 45)]
    lines: Vec<Returned>,
    /// Why: 1 to 500 characters.
    #[schema(max_length = 500, example = "too small")]
    reason: String,
}

/// As many as an order has.
const MOST_LINES: usize = 45;

fn new_return(body: RequestReturnRequest) -> Result<NewReturn, Problem> {
    let RequestReturnRequest { lines, reason } = body;
    if !(1..=MOST_LINES).contains(&lines.len()) {
        return Err(Problem::invalid("/lines", format!("must be 1 to {MOST_LINES}")));
    }
    let (reason, most) = (reason.trim(), NewReturn::LONGEST_REASON);
    if !(1..=most).contains(&reason.chars().take(most.saturating_add(1)).count()) {
        return Err(Problem::invalid("/reason", format!("must have 1 to {most} characters")));
    }
    Ok(NewReturn { lines, reason: reason.to_owned() })
}

/// Asks to send something back.
///
/// Of an order that was delivered. What is refunded for it is said at once; it goes back when what is sent has come.
#[utoipa::path(
    post, path = "/v1/orders/{id}/returns", operation_id = "orders_request_return", tag = "orders", security(("access_token" = []), ("order_token" = [])),
    params(
        ("id" = String, Path, description = "The order's id"),
        ("idempotency-key" = String, Header, description = "Names the request: its repeat asks for nothing")
    ),
    request_body = RequestReturnRequest,
    responses(
        (status = 201, description = "The return as it was asked for", body = ReturnView),
        (status = 409, description = "invalid_transition: the order was not delivered, or is being returned; too_many_returns: ten were asked for", body = holdfast_http::ProblemBody, content_type = "application/problem+json"),
        KeyedProblems, CallerProblems, NotFound, OurFault
    )
)]
async fn orders_request_return(
    State(counter): State<Counter>,
    own: Own,
    origin: Origin,
    Keyed { key, fingerprint, body }: Keyed<RequestReturnRequest>,
) -> Result<(StatusCode, Json<ReturnView>), Problem> {
    let (orders, caller, cause) = (&counter.orders, own.caller(), origin.causation(own.user));
    let id: ReturnId = counter.server_key.id("orders-request-return", &caller, &key);
    let new = new_return(body)?;
    let mut order = own.order;
    for _ in 0..ROUNDS {
        if let Some(back) = orders.returned(order.id, id).await? {
            fingerprint.agrees_with(&back.fingerprint)?;
            return Ok((StatusCode::CREATED, Json(ReturnView::as_asked(&back))));
        }
        if order.status != Status::Delivered {
            return Err(invalid_transition(&order, Status::ReturnRequested, &[]));
        }
        if order.returns >= NewReturn::MOST {
            let detail = format!("An order has at most {} returns.", NewReturn::MOST);
            return Err(Problem::conflict("too_many_returns", "The order has too many returns", detail));
        }
        let refund = new.refund(&order).map_err(|ReturnWrong(pointer, why)| Problem::invalid(pointer, why))?;
        let now = orders.ambient.now();
        let asked = ReturnTurn { at: now, actor: cause.actor.clone(), to: ReturnStatus::Requested, request: None };
        let back = Return {
            id,
            order_id: order.id,
            version: 1,
            status: ReturnStatus::Requested,
            lines: new.lines.clone(),
            reason: new.reason.clone(),
            refund: order.money(refund),
            history: vec![asked],
            created_at: now,
            fingerprint: fingerprint.clone(),
        };
        let step = Step { to: Status::ReturnRequested, why: None, request: None };
        let happened = Happened::ReturnRequested { return_id: id };
        let own = orders.step_with_return(&order, &step, &happened, &cause);
        match orders.table.transaction().and(own).and(orders.ask(&back)).commit().await {
            Ok(()) => return Ok((StatusCode::CREATED, Json(ReturnView::of(&back)))),
            Err(error) if error.lost() => {}
            Err(error) => return Err(error.into()),
        }
        order = orders.order(order.id).await?.ok_or_else(|| Problem::not_found("order"))?;
    }
    Err(Problem::unavailable("the order kept changing"))
}

/// orders-request-return.
pub fn function() -> Function {
    endpoint::<Counter>("orders-request-return", || routes!(orders_request_return))
}
