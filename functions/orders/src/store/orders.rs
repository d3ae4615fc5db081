//! Orders: finding them, and the pieces of transactions that make and move them.

use holdfast_core::{Causation, Money, OrderId, ReservationId, StoredEvent};
use holdfast_dynamo::{Action, CommitError, Found, Key, StoreError, of_kind};
use holdfast_inventory::domain::{Reservation, Take};
use serde::Serialize;

use super::Orders;
use super::items::{BuyerItem, CarrierItem, OrderItem, buyer_key, carrier_key, order_key, shard, status_partition};
use crate::domain::{Buyer, Order, PaymentStatus, Shipment, Status, Step, Turn};
use crate::events::Happened;

/// A payment that has come, as the order keeps it.
#[derive(Clone, Debug)]
pub struct Payment {
    /// How much.
    pub amount: Money,
    /// What its stock was taken under anew, when it came late.
    pub retaken: Option<Reservation>,
}

impl Orders {
    /// An order as it is now.
    pub async fn order(&self, id: OrderId) -> Result<Option<Order>, StoreError> {
        Ok(self.table.get::<OrderItem>(&order_key(id)).await?.map(|item| item.order))
    }

    /// Where an order lies: for whoever reads it together with something else.
    pub fn order_at(&self, id: OrderId) -> Key {
        order_key(id)
    }

    /// The orders among what was found.
    pub fn orders_in(&self, found: &[Found]) -> Result<Vec<Order>, StoreError> {
        Ok(of_kind::<OrderItem>(found)?.into_iter().map(|item| item.order).collect())
    }

    /// An order with whom it is for; nobody once that was erased.
    pub async fn order_and_buyer(&self, id: OrderId) -> Result<Option<(Order, Option<Buyer>)>, StoreError> {
        let found = self.table.get_all(&[order_key(id), buyer_key(id)]).await?;
        let buyer = of_kind::<BuyerItem>(&found)?.pop().map(|item| item.buyer);
        Ok(self.orders_in(&found)?.pop().map(|order| (order, buyer)))
    }

    /// Whom an order is for.
    pub async fn buyer(&self, id: OrderId) -> Result<Option<Buyer>, StoreError> {
        Ok(self.table.get::<BuyerItem>(&buyer_key(id)).await?.map(|item| item.buyer))
    }

    /// Those of these orders that there are.
    pub(crate) async fn all(&self, ids: &[OrderId]) -> Result<Vec<Order>, StoreError> {
        let keys: Vec<_> = ids.iter().map(|id| order_key(*id)).collect();
        self.orders_in(&self.table.get_all(&keys).await?)
    }

    /// Forgets whom an order was for. The order stays.
    pub(crate) async fn forget_buyer(&self, id: OrderId) -> Result<(), CommitError> {
        self.table.commit(self.table.delete(buyer_key(id))).await
    }

    /// The pieces that place an order: itself (absent before), and whom it is for.
    pub fn place(&self, order: &Order, buyer: &Buyer, cause: &Causation) -> Vec<Action> {
        let happened = Happened::Placed {
            customer_id: order.owner.customer(),
            total: order.money(order.charges.total),
            expires_at: order.reservation_expires_at,
        };
        let event = self.event(&happened, order.id, cause);
        let buyer = BuyerItem { order_id: order.id, buyer: buyer.clone() };
        vec![self.table.put_with(&OrderItem { order: order.clone() }, &event).if_absent(), self.table.put(&buyer)]
    }

    /// The piece that expires a pending order together with its reservation: nothing of it needs to have been read.
    pub fn expire(&self, id: OrderId, reservation: ReservationId, cause: &Causation) -> Action {
        let step = Step { to: Status::Expired, why: None, request: None };
        let moves = Moves { id, from: Status::Pending, seen: None, step: &step };
        let event = self.event(&Happened::Expired { reservation_id: reservation }, id, cause);
        self.moved(&moves, "", "AND #reservation_id = :reservation", cause)
            .value(":reservation", reservation)
            .event(&event)
    }

    /// The piece that pays for an order: a pending one, or one that has expired and whose stock is taken anew.
    pub fn pay(&self, order: &Order, payment: &Payment, cause: &Causation) -> Action {
        let late = payment.retaken.is_some();
        let event = self.event(&Happened::Paid { amount: payment.amount, late }, order.id, cause);
        let step = Step { to: Status::Paid, why: late.then(|| "paid late".to_owned()), request: None };
        let moves = Moves { id: order.id, from: order.status, seen: None, step: &step };
        let paid = "#payment_status = :paid, #reservation_id = :reservation, #takes = :takes";
        let (reservation, takes): (_, &[Take]) = match &payment.retaken {
            Some(reservation) => (reservation.id, &reservation.lines),
            None => (order.reservation_id, &order.takes),
        };
        self.moved(&moves, paid, "AND #payment_status = :unpaid", cause)
            .value(":paid", PaymentStatus::Paid)
            .value(":unpaid", PaymentStatus::None)
            .value(":reservation", reservation)
            .value(":takes", takes)
            .event(&event)
    }

    /// The piece that notes how an order's money stands, if nobody has changed the order since it was read.
    pub fn money_moved(&self, order: &Order, (status, refunded): (PaymentStatus, i64), cause: &Causation) -> Action {
        let happened = Happened::PaymentStatusChanged { payment_status: status, refunded: order.money(refunded) };
        let event = self.event(&happened, order.id, cause);
        let expression = "SET #payment_status = :money, #refunded = :refunded";
        let action = self.table.update(order_key(order.id), expression).when("#version = :seen");
        action.value(":money", status).value(":refunded", refunded).value(":seen", order.version).event(&event)
    }

    /// The piece that moves an order on, if nobody has changed it since it was read.
    pub(crate) fn step(
        &self,
        order: &Order,
        step: &Step,
        shipment: Option<&Shipment>,
        happened: &Happened,
        cause: &Causation,
    ) -> Action {
        let event = self.event(happened, order.id, cause);
        let moves = Moves { id: order.id, from: order.status, seen: Some(order.version), step };
        let action = match shipment {
            Some(shipment) => self.moved(&moves, "#shipment = :shipment", "", cause).value(":shipment", shipment),
            None => self.moved(&moves, "", "", cause),
        };
        action.event(&event)
    }

    /// The piece that counts a return of an order, and moves it on.
    pub(crate) fn step_with_return(
        &self,
        order: &Order,
        step: &Step,
        happened: &Happened,
        cause: &Causation,
    ) -> Action {
        let event = self.event(happened, order.id, cause);
        let moves = Moves { id: order.id, from: order.status, seen: Some(order.version), step };
        let returns = order.returns.saturating_add(1);
        self.moved(&moves, "#returns = :returns", "", cause).value(":returns", returns).event(&event)
    }

    /// The piece that notes where an order's parcel is, without moving the order on.
    pub(crate) fn follow(&self, order: &Order, shipment: &Shipment, cause: &Causation) -> Action {
        let event = self.event(&Happened::ShipmentMoved { state: shipment.state }, order.id, cause);
        let action = self.table.update(order_key(order.id), "SET #shipment = :shipment").when("#version = :seen");
        action.value(":shipment", shipment).value(":seen", order.version).event(&event)
    }

    /// The piece that tells of an order's return, without moving the order on.
    pub(crate) fn tell(&self, order: &Order, happened: &Happened, cause: &Causation) -> Action {
        let event = self.event(happened, order.id, cause);
        let action = self.table.update(order_key(order.id), "SET #status = :status");
        action.when("#version = :seen").value(":status", order.status).value(":seen", order.version).event(&event)
    }

    /// The piece that keeps what a carrier told: it cannot be kept twice.
    pub(crate) fn told_by_carrier(&self, event_id: &str, order: OrderId) -> Action {
        let item = CarrierItem { event_id: event_id.to_owned(), order_id: order, told_at: self.ambient.now() };
        self.table.put(&item).if_absent()
    }

    /// Whether a carrier told this before.
    pub(crate) async fn was_told(&self, event_id: &str) -> Result<bool, StoreError> {
        Ok(self.table.get::<CarrierItem>(&carrier_key(event_id)).await?.is_some())
    }

    fn moved(&self, moves: &Moves<'_>, also: &str, and: &str, cause: &Causation) -> Action {
        let Moves { id, from, seen, step } = *moves;
        let turn = Turn {
            at: self.ambient.now(),
            actor: cause.actor.clone(),
            from: Some(from),
            to: step.to,
            why: step.why.clone(),
            request: step.request.clone(),
        };
        let also = if also.is_empty() { String::new() } else { format!(", {also}") };
        let expression = format!("SET #status = :to, #gsi2pk = :list, #history = list_append(#history, :turn){also}");
        let seen_is = if seen.is_some() { "AND #version = :seen" } else { "" };
        let action = self
            .table
            .update(order_key(id), &expression)
            .when(format!("#status = :from {seen_is} {and}").trim())
            .value(":from", from)
            .value(":to", step.to)
            .value(":list", status_partition(step.to, shard(id)))
            .value(":turn", [turn]);
        match seen {
            Some(seen) => action.value(":seen", seen),
            None => action,
        }
    }

    fn event(&self, happened: &impl Serialize, subject: impl ToString, cause: &Causation) -> StoredEvent {
        StoredEvent::now(&self.ambient, happened, subject, cause.clone())
    }
}

/// A move of an order.
#[derive(Clone, Copy, Debug)]
struct Moves<'a> {
    id: OrderId,
    from: Status,
    /// The version that was decided on, where it matters.
    seen: Option<u64>,
    step: &'a Step,
}
