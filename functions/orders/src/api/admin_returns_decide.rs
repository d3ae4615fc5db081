//! POST /v1/admin/orders/{id}/returns/{return_id}: staff decide a return.

use axum::extract::State;
use holdfast_core::{Causation, OrderId, ReturnId, Sku};
use holdfast_dynamo::Action;
use holdfast_http::{
    Json, Keyed, KeyedProblems, NotFound, Origin, OurFault, Paths, Problem, Staff, StaffProblems, endpoint, permission,
};
use holdfast_runtime::Function;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::ReturnView;
use super::cancelling::{Desk, ROUNDS, reference};
use super::staff_views::Sight;
use crate::domain::{Decision, Order, Request, Return, ReturnTurn, Status, Step};
use crate::events::Happened;

/// What is decided.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideReturnRequest {
    /// approve, receive or reject.
    decision: Decision,
    /// What goes back on the shelf once it has come: all of it, none of it, or these articles. All, when it is not said.
    #[serde(default)]
    restock: Option<Restock>,
}

/// What goes back on the shelf.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Restock {
    /// All of it, or none.
    All(bool),
    /// These articles.
    #[schema(value_type = Vec<String>)]
    Articles(Vec<Sku>),
}

impl Restock {
    fn articles(&self, back: &Return) -> Result<Vec<Sku>, Problem> {
        let all = back.lines.iter().map(|line| line.sku.clone());
        match self {
            Self::All(true) => Ok(all.collect()),
            Self::All(false) => Ok(Vec::new()),
            Self::Articles(articles) => {
                let strange = articles.iter().position(|sku| !back.lines.iter().any(|line| line.sku == *sku));
                match strange {
                    Some(place) => Err(Problem::invalid(format!("/restock/{place}"), "is not in this return")),
                    None => Ok(articles.clone()),
                }
            }
        }
    }
}

/// Decides a return.
///
/// One that was requested is approved or rejected; one that was approved is received or rejected. What is received goes back on
/// the shelf as `restock` says, and its refund is asked of payments; the order is then RETURNED. A rejected one leaves it
/// DELIVERED.
#[utoipa::path(
    post, path = "/v1/admin/orders/{id}/returns/{return_id}", operation_id = "admin_returns_decide", tag = "orders", security(("access_token" = ["orders.write"])),
    params(
        ("id" = String, Path, description = "The order's id"),
        ("return_id" = String, Path, description = "The return's id"),
        ("idempotency-key" = String, Header, description = "Names the request: its repeat changes nothing")
    ),
    request_body = DecideReturnRequest,
    responses(
        (status = 200, description = "The return", body = ReturnView),
        (status = 409, description = "invalid_decision: it cannot be decided so; `allowed` says how", body = holdfast_http::ProblemBody, content_type = "application/problem+json"),
        KeyedProblems, StaffProblems, NotFound, OurFault
    )
)]
async fn admin_returns_decide(
    State(desk): State<Desk>,
    staff: Staff<permission::OrdersWrite>,
    origin: Origin,
    Paths(order_id, id): Paths<OrderId, ReturnId>,
    Keyed { key, fingerprint, body }: Keyed<DecideReturnRequest>,
) -> Result<Json<ReturnView>, Problem> {
    if Sight::of(&staff.caller) != Sight::Whole {
        return Err(Problem::forbidden("Support decides returns."));
    }
    let (orders, caller, cause) = (&desk.counter.orders, staff.caller.user, origin.causation(Some(staff.caller.user)));
    let DecideReturnRequest { decision, restock } = body;
    if restock.is_some() && decision != Decision::Receive {
        return Err(Problem::invalid("/restock", "is of use only with receive"));
    }
    let operation = format!("admin-returns-decide {id}");
    let request = Request { id: desk.counter.server_key.id(&operation, &caller.to_string(), &key), fingerprint };
    for _ in 0..ROUNDS {
        let (order, back) = futures::try_join!(orders.order(order_id), orders.returned(order_id, id))?;
        let (order, mut back) = order.zip(back).ok_or_else(|| Problem::not_found("return"))?;
        if let Some(first) = back.decided_by(request.id) {
            request.fingerprint.agrees_with(&first.fingerprint)?;
            return Ok(Json(ReturnView::of(&back)));
        }
        if !back.status.decisions().contains(&decision) {
            return Err(invalid_decision(&back, decision));
        }
        let shelved = restock.as_ref().unwrap_or(&Restock::All(true)).articles(&back)?;
        let seen = back.version;
        back.version = seen.saturating_add(1);
        back.status = decision.leads_to();
        let at = orders.ambient.now();
        let turn = ReturnTurn { at, actor: cause.actor.clone(), to: back.status, request: Some(request.clone()) };
        back.history.push(turn);
        let pieces = desk.decides(&order, &back, (decision, &shelved), &cause)?;
        let transaction = orders.table.transaction().and(orders.decide(&back, seen)).and_all(pieces);
        match transaction.commit().await {
            Ok(()) => return Ok(Json(ReturnView::of(&back))),
            Err(error) if error.lost() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Problem::unavailable("the return kept changing"))
}

impl Desk {
    /// What a decision does beside the return itself: to the order, and to stock.
    fn decides(
        &self,
        order: &Order,
        back: &Return,
        (decision, shelved): (Decision, &[Sku]),
        cause: &Causation,
    ) -> Result<Vec<Action>, Problem> {
        let orders = &self.counter.orders;
        let to = |to| Step { to, why: None, request: None };
        let return_id = back.id;
        Ok(match decision {
            Decision::Approve => vec![orders.tell(order, &Happened::ReturnApproved { return_id }, cause)],
            Decision::Reject => {
                let happened = Happened::ReturnRejected { return_id };
                vec![orders.step(order, &to(Status::Delivered), None, &happened, cause)]
            }
            Decision::Receive => {
                let happened = Happened::ReturnReceived { return_id, refund: back.refund };
                let own = orders.step(order, &to(Status::Returned), None, &happened, cause);
                let shelf = self.holds.restock(&back.puts_back(order, shelved), &reference(order)?, cause);
                std::iter::once(own).chain(shelf).collect()
            }
        })
    }
}

fn invalid_decision(back: &Return, decision: Decision) -> Problem {
    let names: Vec<_> = back.status.decisions().iter().map(|decision| decision.name()).collect();
    let can = if names.is_empty() { "it is decided".to_owned() } else { format!("allowed: {}", names.join(", ")) };
    let detail = format!("A return that is {} cannot be decided by {}; {can}.", back.status.name(), decision.name());
    Problem::conflict("invalid_decision", "The return cannot be decided so", detail).with("allowed", names)
}

/// admin-returns-decide.
pub fn function() -> Function {
    endpoint::<Desk>("admin-returns-decide", || routes!(admin_returns_decide))
}
