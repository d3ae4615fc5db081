//! How an order that nobody paid for ends: together with the hold of its stock, in one transaction.

use holdfast_core::{Causation, OrderId};
use holdfast_dynamo::Action;
use holdfast_inventory::domain::Reservation;
use holdfast_inventory::holds::Ending;
use holdfast_orders::Orders;
use holdfast_runtime::{FromInit, Init, InitError};

/// An order expires with its hold.
#[derive(Clone, Debug)]
pub struct WithOrder(Orders);

impl FromInit for WithOrder {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Orders::from_init(init).await.map(Self)
    }
}

impl Ending for WithOrder {
    fn beside(&self, reservation: &Reservation, cause: &Causation) -> Vec<Action> {
        // What checkout holds stock for is an order, by its id.
        let order = reservation.reference.as_str().parse::<OrderId>();
        order.map(|order| self.0.expire(order, reservation.id, cause)).into_iter().collect()
    }
}
