//! The items of the orders' table. A test holds their keys to the letter.

use holdfast_core::{OrderId, ReturnId, Timestamp};
use holdfast_dynamo::{Item, Key};
use serde::{Deserialize, Serialize};

use crate::domain::{Buyer, Order, Owner, Return, ReturnStatus, Status};

/// Over how many partitions of an index what is in one status is spread: one takes a thousand writes a second.
pub(super) const SHARDS: u8 = 4;

pub(super) fn order_partition(id: OrderId) -> String {
    format!("ORDER#{id}")
}

pub(super) fn order_key(id: OrderId) -> Key {
    Key::new(order_partition(id), "ORDER")
}

pub(super) fn buyer_key(id: OrderId) -> Key {
    Key::new(order_partition(id), "BUYER")
}

pub(super) fn return_key(order: OrderId, id: ReturnId) -> Key {
    Key::new(order_partition(order), format!("RETURN#{id}"))
}

pub(super) fn carrier_key(event: &str) -> Key {
    Key::new(format!("CARRIER#{event}"), "CARRIER")
}

/// The index partition in which a customer's orders list.
pub(super) fn customer_partition(customer: impl std::fmt::Display) -> String {
    format!("CUSTOMER#{customer}")
}

/// An index partition in which orders of a status list.
pub(super) fn status_partition(status: Status, shard: u8) -> String {
    format!("STATUS#{}#{shard}", status.name())
}

/// An index partition in which returns of a status list.
pub(super) fn returns_partition(status: ReturnStatus, shard: u8) -> String {
    format!("RETURNS#{}#{shard}", status.name())
}

/// An index partition in which all orders list.
pub(super) fn all_partition(shard: u8) -> String {
    format!("ORDERS#{shard}")
}

/// A place in an index: it sorts as the moment does.
pub(super) fn place(at: Timestamp, id: impl std::fmt::Display) -> String {
    format!("{:013}#{id}", at.as_millisecond().max(0))
}

pub(super) fn shard(id: impl std::fmt::Display) -> u8 {
    id.to_string().bytes().last().map_or(0, |byte| byte % SHARDS)
}

/// An order. It bears its events.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct OrderItem {
    #[serde(flatten)]
    pub(super) order: Order,
}

impl Item for OrderItem {
    const ENTITY: &'static str = "order";
    fn key(&self) -> Key {
        order_key(self.order.id)
    }
    fn gsi1(&self) -> Option<Key> {
        let place = place(self.order.created_at, self.order.id);
        match self.order.owner {
            Owner::Customer(user) => Some(Key::new(customer_partition(user), place)),
            Owner::Guest(_) => None,
        }
    }
    fn gsi2(&self) -> Option<Key> {
        let Order { id, status, created_at, .. } = self.order;
        Some(Key::new(status_partition(status, shard(id)), place(created_at, id)))
    }
    fn gsi3(&self) -> Option<Key> {
        Some(Key::new(all_partition(shard(self.order.id)), place(self.order.created_at, self.order.id)))
    }
}

/// Whom an order is for. No event.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct BuyerItem {
    pub(super) order_id: OrderId,
    #[serde(flatten)]
    pub(super) buyer: Buyer,
}

impl Item for BuyerItem {
    const ENTITY: &'static str = "buyer";
    fn key(&self) -> Key {
        buyer_key(self.order_id)
    }
}

/// A return. Its order bears its events.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct ReturnItem {
    #[serde(flatten)]
    pub(super) back: Return,
}

impl Item for ReturnItem {
    const ENTITY: &'static str = "return";
    fn key(&self) -> Key {
        return_key(self.back.order_id, self.back.id)
    }
    fn gsi2(&self) -> Option<Key> {
        let Return { id, status, created_at, .. } = self.back;
        Some(Key::new(returns_partition(status, shard(id)), place(created_at, id)))
    }
}

/// What a carrier told: known by its own id, so that telling it twice does it once.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct CarrierItem {
    pub(super) event_id: String,
    pub(super) order_id: OrderId,
    pub(super) told_at: Timestamp,
}

impl Item for CarrierItem {
    const ENTITY: &'static str = "carrier_event";
    fn key(&self) -> Key {
        carrier_key(&self.event_id)
    }
    fn expires_at(&self) -> Option<Timestamp> {
        // Carriers repeat themselves for days, not for months.
        self.told_at.checked_add(jiff::SignedDuration::from_hours(90 * 24)).ok()
    }
}
