//! Cancelling: the order is called off, its stock is free again, and what was paid goes back. One transaction.

use axum::extract::FromRef;
use holdfast_core::Causation;
use holdfast_dynamo::Action;
use holdfast_http::{Guard, Problem};
use holdfast_inventory::domain::Note;
use holdfast_inventory::holds::Holds;
use holdfast_runtime::{FromInit, Init, InitError};

use crate::domain::{Order, Status, Step};
use crate::events::Happened;
use crate::store::Counter;

/// Rounds of load, decide and commit before a caller is asked to come back.
pub(super) const ROUNDS: u32 = 8;

/// Orders and the stock behind them: the state of an endpoint that may give it back.
#[derive(Clone)]
pub struct Desk {
    pub(super) counter: Counter,
    pub(super) holds: Holds,
}

impl FromInit for Desk {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self { counter: Counter::from_init(init).await?, holds: Holds::from_init(init).await? })
    }
}

impl FromRef<Desk> for Counter {
    fn from_ref(desk: &Desk) -> Self {
        desk.counter.clone()
    }
}

impl FromRef<Desk> for Guard {
    fn from_ref(desk: &Desk) -> Self {
        Self::from_ref(&desk.counter)
    }
}

impl Desk {
    /// The pieces that cancel an order: itself first, and whatever gives its stock back.
    pub(super) async fn cancels(&self, order: &Order, step: &Step, cause: &Causation) -> Result<Vec<Action>, Problem> {
        let happened = Happened::Cancelled { was: order.status, refund: order.money(order.left_to_refund()) };
        let own = self.counter.orders.step(order, step, None, &happened, cause);
        let stock = match order.status {
            Status::Pending | Status::Review => {
                let reservation = self.holds.reservation(order.reservation_id).await?;
                reservation.map(|reservation| self.holds.release(&reservation, cause)).unwrap_or_default()
            }
            // It was sold: it comes back as stock that was sold.
            Status::Paid
            | Status::Processing
            | Status::Shipped
            | Status::Delivered
            | Status::ReturnRequested
            | Status::Returned
            | Status::Cancelled
            | Status::Expired => self.holds.restock(&order.takes, &reference(order)?, cause),
        };
        Ok(std::iter::once(own).chain(stock).collect())
    }
}

/// What stock's movements name the order by.
pub(super) fn reference(order: &Order) -> Result<Note, Problem> {
    Note::try_from(order.id.to_string()).map_err(|error| Problem::internal(error.to_string()))
}

/// 409: it cannot go there from where it stands.
pub(super) fn invalid_transition(order: &Order, to: Status, allowed: &[Status]) -> Problem {
    let names: Vec<_> = allowed.iter().map(|status| status.name()).collect();
    let can = if names.is_empty() { "nothing follows".to_owned() } else { format!("allowed: {}", names.join(", ")) };
    let detail = format!("An order that is {} cannot become {}; {can}.", order.status.name(), to.name());
    Problem::conflict("invalid_transition", "The order cannot go there", detail).with("allowed", names)
}
