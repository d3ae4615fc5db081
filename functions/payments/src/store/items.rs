//! The items of the payments' table. A test holds their keys to the letter.

use holdfast_core::{OrderId, RefundId, Timestamp};
use holdfast_dynamo::{Item, Key};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::inbox::{Outcome, Parked};
use crate::domain::{GatewayId, Payment, PaymentState, Refund};

/// Over how many partitions of an index what is followed is spread: one takes a thousand writes a second.
pub(super) const SHARDS: u8 = 4;
/// How long a told event is remembered: the gateway repeats itself for three days.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(90 * 24);

/// Where everything about one order's money lies; money that names no order lies by itself.
pub(super) fn partition(order: Option<OrderId>, intent: &GatewayId) -> String {
    order.map_or_else(|| format!("INTENT#{intent}"), order_partition)
}

pub(super) fn order_partition(order: OrderId) -> String {
    format!("ORDER#{order}")
}

pub(super) fn payment_key(order: Option<OrderId>, intent: &GatewayId) -> Key {
    Key::new(partition(order, intent), format!("INTENT#{intent}"))
}

/// A refund lies by itself: whatever the gateway tells of one names it, and not its order.
pub(super) fn refund_key(refund: RefundId) -> Key {
    Key::new(format!("REFUND#{refund}"), "REFUND")
}

pub(super) fn inbox_key(event: &GatewayId) -> Key {
    Key::new(format!("EVENT#{event}"), "EVENT")
}

/// The index partition of payments in a state.
pub(super) fn state_partition(state: PaymentState, shard: u8) -> String {
    format!("STATE#{}#{shard}", state.name())
}

/// The index partition of an intent's refunds.
pub(super) fn refunds_of_partition(intent: &GatewayId) -> String {
    format!("REFUNDS-OF#{intent}")
}

/// The index partition of intents that are asked about.
pub(super) fn followed_partition(shard: u8) -> String {
    format!("FOLLOWED#{shard}")
}

/// The index partition of refunds that are under way.
pub(super) fn refunds_partition(shard: u8) -> String {
    format!("REFUNDS#{shard}")
}

/// The index partition of refunds that have failed.
pub(super) const FAILED: &str = "FAILED";
/// The index partition of money that matches no order.
pub(super) const UNMATCHED: &str = "UNMATCHED";
/// The index partition of what waits for its order.
pub(super) const PARKED: &str = "PARKED";
/// The index partition of what people have to look at.
pub(super) const MISMATCHED: &str = "MISMATCHED";

/// A place in an index: it sorts as the moment does.
pub(super) fn place(at: Timestamp, id: impl std::fmt::Display) -> String {
    format!("{:013}#{id}", at.as_millisecond().max(0))
}

pub(super) fn shard(id: impl std::fmt::Display) -> u8 {
    id.to_string().bytes().last().map_or(0, |byte| byte % SHARDS)
}

/// A payment. It bears its events.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct PaymentItem {
    #[serde(flatten)]
    pub(super) payment: Payment,
    /// When it is looked at next, as long as anything may become of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) look_at: Option<Timestamp>,
}

impl Item for PaymentItem {
    const ENTITY: &'static str = "payment";
    fn key(&self) -> Key {
        payment_key(self.payment.order_id, &self.payment.intent_id)
    }
    fn gsi1(&self) -> Option<Key> {
        let (look_at, intent) = (self.look_at?, &self.payment.intent_id);
        match self.payment.state {
            PaymentState::Open => Some(Key::new(followed_partition(shard(intent)), place(look_at, intent))),
            PaymentState::Unmatched => Some(Key::new(UNMATCHED, place(look_at, intent))),
            PaymentState::Paid | PaymentState::SentBack | PaymentState::Cancelled => None,
        }
    }
    fn gsi2(&self) -> Option<Key> {
        let Payment { intent_id, state, created_at, .. } = &self.payment;
        Some(Key::new(state_partition(*state, shard(intent_id)), place(*created_at, intent_id)))
    }
}

/// A refund. It bears its events.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct RefundItem {
    #[serde(flatten)]
    pub(super) refund: Refund,
}

impl Item for RefundItem {
    const ENTITY: &'static str = "refund";
    fn key(&self) -> Key {
        refund_key(self.refund.id)
    }
    fn gsi1(&self) -> Option<Key> {
        let Refund { id, status, created_at, .. } = self.refund;
        status.is_under_way().then(|| Key::new(refunds_partition(shard(id)), place(created_at, id)))
    }
    fn gsi2(&self) -> Option<Key> {
        let Refund { id, intent_id, created_at, .. } = &self.refund;
        Some(Key::new(refunds_of_partition(intent_id), place(*created_at, id)))
    }
}

/// What the gateway told: known by its own id, so that telling it twice does it once. It bears an event when people are to
/// hear of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct InboxItem {
    pub(super) event_id: GatewayId,
    /// As the gateway names it.
    pub(super) kind: String,
    pub(super) outcome: Outcome,
    pub(super) told_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) version: Option<u64>,
    /// What was told, for as long as it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) parked: Option<Parked>,
}

impl Item for InboxItem {
    const ENTITY: &'static str = "gateway_event";
    fn key(&self) -> Key {
        inbox_key(&self.event_id)
    }
    fn gsi1(&self) -> Option<Key> {
        let of = |partition: &str| Some(Key::new(partition, place(self.told_at, &self.event_id)));
        match self.outcome {
            Outcome::Parked => of(PARKED),
            Outcome::Mismatched => of(MISMATCHED),
            Outcome::Applied | Outcome::Ignored => None,
        }
    }
    fn expires_at(&self) -> Option<Timestamp> {
        match self.outcome {
            // It goes when it has found its order, or when people have seen to it.
            Outcome::Parked => None,
            Outcome::Applied | Outcome::Ignored | Outcome::Mismatched => self.told_at.checked_add(REMEMBERED).ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_literal() {
        let order: OrderId = "ord_01kdvdna0023hc8t35x63mc56q".parse().unwrap();
        let refund: RefundId = "rfd_01kdvdna0023hc8t35x63mc56q".parse().unwrap();
        let intent: GatewayId = "pi_3PxY".parse().unwrap();
        assert_eq!(
            payment_key(Some(order), &intent),
            Key::new("ORDER#ord_01kdvdna0023hc8t35x63mc56q", "INTENT#pi_3PxY")
        );
        assert_eq!(payment_key(None, &intent), Key::new("INTENT#pi_3PxY", "INTENT#pi_3PxY"));
        assert_eq!(refund_key(refund), Key::new("REFUND#rfd_01kdvdna0023hc8t35x63mc56q", "REFUND"));
        assert_eq!(refunds_of_partition(&intent), "REFUNDS-OF#pi_3PxY");
        assert_eq!(inbox_key(&"evt_1".parse().unwrap()), Key::new("EVENT#evt_1", "EVENT"));
        assert_eq!(state_partition(PaymentState::SentBack, 3), "STATE#SENT_BACK#3");
        assert_eq!(followed_partition(0), "FOLLOWED#0");
        assert_eq!(refunds_partition(0), "REFUNDS#0");
        assert_eq!(place(Timestamp::from_millisecond(1_800_000_000_123).unwrap(), &intent), "1800000000123#pi_3PxY");
    }
}
