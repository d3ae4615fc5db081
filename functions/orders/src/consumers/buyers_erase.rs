//! buyers-erase: whom an order was for is forgotten, once its customer was erased and nothing is to be sent to them any more.
//!
//! It looks when a customer is erased, and whenever an order comes to an end: a parcel that is still to be sent needs its address.

use holdfast_accounts::directory::Directory;
use holdfast_core::{Envelope, OrderId, UserId};
use holdfast_events::{ConsumeError, Consumer, queue};
use holdfast_runtime::{FromInit, Function, Init, InitError};
use serde::Deserialize;

use crate::domain::{Order, Owner};
use crate::store::Orders;

/// Forgets buyers.
#[derive(Clone, Debug)]
pub struct Eraser {
    orders: Orders,
    people: Directory,
}

/// What the queue's rules let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", content = "data")]
enum Heard {
    #[serde(rename = "accounts.user-erased.v1")]
    Erased {},
    #[serde(rename = "orders.order-delivered.v1")]
    Delivered {},
    #[serde(rename = "orders.order-cancelled.v1")]
    Cancelled {},
    #[serde(rename = "orders.order-expired.v1")]
    Expired {},
}

impl FromInit for Eraser {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self { orders: Orders::from_init(init).await?, people: Directory::from_init(init).await? })
    }
}

impl Consumer for Eraser {
    async fn handle(&self, envelope: Envelope) -> Result<(), ConsumeError> {
        let event = envelope.event;
        let stranger = || ConsumeError::Poison("the event's subject is none of ours".to_owned());
        let heard = event.told().map_err(|_| ConsumeError::Poison("nobody is erased by such an event".to_owned()))?;
        match heard {
            Heard::Erased {} => self.of_customer(event.subject.parse().map_err(|_| stranger())?).await,
            Heard::Delivered {} | Heard::Cancelled {} | Heard::Expired {} => {
                self.of_order(event.subject.parse().map_err(|_| stranger())?).await
            }
        }
    }
}

impl Eraser {
    /// Of all orders of somebody who was erased. What an index does not show yet has just been placed, and comes to an end later.
    async fn of_customer(&self, customer: UserId) -> Result<(), ConsumeError> {
        let ids = self.orders.ids_of(customer).await?;
        for order in self.orders.all(&ids).await? {
            self.forget(&order).await?;
        }
        Ok(())
    }

    /// Of an order that has come to an end, if its customer is gone.
    async fn of_order(&self, id: OrderId) -> Result<(), ConsumeError> {
        let order = self.orders.order(id).await?;
        let order = order.ok_or_else(|| ConsumeError::Poison("there is no such order".to_owned()))?;
        let Owner::Customer(customer) = order.owner else { return Ok(()) };
        let contact = self.people.contact(customer).await;
        match contact.map_err(|problem| ConsumeError::Retry(format!("accounts say {}", problem.code())))? {
            Some(_) => Ok(()),
            None => self.forget(&order).await,
        }
    }

    async fn forget(&self, order: &Order) -> Result<(), ConsumeError> {
        if order.status.needs_buyer() {
            return Ok(());
        }
        Ok(self.orders.forget_buyer(order.id).await?)
    }
}

/// buyers-erase.
pub fn function() -> Function {
    queue::<Eraser>("buyers-erase")
}
