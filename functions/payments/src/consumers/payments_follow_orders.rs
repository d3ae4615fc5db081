//! payments-follow-orders: an order has ended, or something of it came back: its intents are called off, its money goes back.

use holdfast_core::{Causation, Envelope, EventId, OrderId};
use holdfast_events::{ConsumeError, Consumer, queue};
use holdfast_orders::events::Happened as OrdersHappened;
use holdfast_runtime::{FromInit, Function, Init, InitError};

use crate::agent::Agent;
use crate::domain::{PaymentState, Refund, Why};
use crate::events::caused_by;
use crate::store::Ask;

/// Rounds of load, decide and commit before the message comes again.
const ROUNDS: u32 = 8;

/// Follows what becomes of orders.
#[derive(Clone, Debug)]
pub struct Follower(Agent);

impl FromInit for Follower {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Agent::from_init(init).await.map(Self)
    }
}

impl Consumer for Follower {
    async fn handle(&self, told: Envelope) -> Result<(), ConsumeError> {
        let poison = |reason: &str| ConsumeError::Poison(reason.to_owned());
        let order = told.event.subject.parse::<OrderId>().map_err(|_| poison("the event's subject is no order"))?;
        let happened = told.event.told::<OrdersHappened>().map_err(|_| poison("it is no event of orders"))?;
        let (event, cause) = (told.event.id, caused_by(&told.event));
        match happened {
            OrdersHappened::Cancelled { .. } => {
                self.gives_back(order, (event, Why::OrderCancelled), i64::MAX, &cause).await?;
                Ok(self.0.call_off(order, &cause).await?)
            }
            OrdersHappened::Expired { .. } => Ok(self.0.call_off(order, &cause).await?),
            OrdersHappened::ReturnReceived { refund, .. } => {
                self.gives_back(order, (event, Why::Returned), refund.amount, &cause).await
            }
            OrdersHappened::Placed { .. }
            | OrdersHappened::Paid { .. }
            | OrdersHappened::PaymentStatusChanged { .. }
            | OrdersHappened::Processing {}
            | OrdersHappened::Shipped {}
            | OrdersHappened::ShipmentMoved { .. }
            | OrdersHappened::Delivered {}
            | OrdersHappened::ReturnRequested { .. }
            | OrdersHappened::ReturnApproved { .. }
            | OrdersHappened::ReturnRejected { .. } => Ok(()),
        }
    }
}

impl Follower {
    /// Asks for a refund of what is left of an order's money, and of no more than so much: once for each event.
    async fn gives_back(
        &self,
        order: OrderId,
        (event, why): (EventId, Why),
        most: i64,
        cause: &Causation,
    ) -> Result<(), ConsumeError> {
        let (payments, id) = (&self.0.cashier.payments, Refund::asked_by(event));
        for _ in 0..ROUNDS {
            let (known, paid) = futures::try_join!(payments.refund(id), payments.payments_of(order))?;
            let payment = paid.iter().find(|payment| payment.state == PaymentState::Paid && payment.refundable > 0);
            let (None, Some(payment)) = (known, payment) else { return Ok(()) };
            let amount = payment.money(payment.refundable.min(most));
            if amount.amount <= 0 {
                return Ok(());
            }
            let pieces = payments.ask_of(payment, &Ask::by_itself(id, amount, why), cause);
            match payments.table.transaction().and_all(pieces).commit().await {
                Ok(()) => return Ok(()),
                Err(error) if error.lost() => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(ConsumeError::Retry("the payment kept changing".to_owned()))
    }
}

/// payments-follow-orders.
pub fn function() -> Function {
    queue::<Follower>("payments-follow-orders")
}
