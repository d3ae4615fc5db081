//! An order's state, from its events alone. Pure.

use std::fmt;

use holdfast_core::{Envelope, Money};
use holdfast_orders::domain::{Order, PaymentStatus, Status};
use serde::Deserialize;

/// What the events so far say of an order.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Replayed {
    version: u64,
    status: Option<Status>,
    payment_status: Option<PaymentStatus>,
    refunded: i64,
    total: Option<Money>,
}

/// Where events and order, or two events, do not agree.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Difference {
    /// Events are missing.
    Gap { after: u64, next: u64 },
    /// An event tells of a move that there is not.
    NoWay { sequence: u64, from: Option<Status>, to: Status },
    /// An event that is none of an order's.
    Unknown { sequence: u64, kind: String },
    /// The order says something else than its events.
    Other { what: &'static str, order: String, events: String },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gap { after, next } => write!(f, "event {next} follows event {after}"),
            Self::NoWay { sequence, from, to } => {
                let from = from.map_or("nothing", Status::name);
                write!(f, "event {sequence} leads from {from} to {}, and there is no such way", to.name())
            }
            Self::Unknown { sequence, kind } => write!(f, "event {sequence} is {kind}, which is none of an order's"),
            Self::Other { what, order, events } => write!(f, "its {what} is {order}, and its events say {events}"),
        }
    }
}

/// What an order's events can say, as far as its state follows from it.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", content = "data")]
enum Heard {
    #[serde(rename = "orders.order-placed.v1")]
    Placed { total: Money },
    #[serde(rename = "orders.order-paid.v1")]
    Paid {},
    #[serde(rename = "orders.order-expired.v1")]
    Expired {},
    #[serde(rename = "orders.order-cancelled.v1")]
    Cancelled {},
    #[serde(rename = "orders.order-processing.v1")]
    Processing {},
    #[serde(rename = "orders.order-shipped.v1")]
    Shipped {},
    #[serde(rename = "orders.order-delivered.v1")]
    Delivered {},
    #[serde(rename = "orders.return-requested.v1")]
    ReturnRequested {},
    #[serde(rename = "orders.return-rejected.v1")]
    ReturnRejected {},
    #[serde(rename = "orders.return-received.v1")]
    ReturnReceived {},
    #[serde(rename = "orders.return-approved.v1")]
    ReturnApproved {},
    #[serde(rename = "orders.shipment-moved.v1")]
    ShipmentMoved {},
    #[serde(rename = "orders.payment-status-changed.v1")]
    MoneyMoved { payment_status: PaymentStatus, refunded: Money },
}

impl Replayed {
    /// Hears the next event.
    pub(crate) fn tell(&mut self, event: &Envelope) -> Result<(), Difference> {
        let sequence = event.sequence;
        let after = std::mem::replace(&mut self.version, sequence);
        let gap = (sequence != after.saturating_add(1)).then_some(Difference::Gap { after, next: sequence });
        let Ok(heard) = event.event.told::<Heard>() else {
            return Err(Difference::Unknown { sequence, kind: event.event.kind.clone() });
        };
        let to = match heard {
            Heard::Placed { total } => {
                (self.total, self.payment_status) = (Some(total), Some(PaymentStatus::None));
                Some(Status::Pending)
            }
            Heard::Paid {} => {
                self.payment_status = Some(PaymentStatus::Paid);
                Some(Status::Paid)
            }
            Heard::MoneyMoved { payment_status, refunded } => {
                (self.payment_status, self.refunded) = (Some(payment_status), refunded.amount);
                None
            }
            Heard::Expired {} => Some(Status::Expired),
            Heard::Cancelled {} => Some(Status::Cancelled),
            Heard::Processing {} => Some(Status::Processing),
            Heard::Shipped {} => Some(Status::Shipped),
            Heard::Delivered {} | Heard::ReturnRejected {} => Some(Status::Delivered),
            Heard::ReturnRequested {} => Some(Status::ReturnRequested),
            Heard::ReturnReceived {} => Some(Status::Returned),
            Heard::ReturnApproved {} | Heard::ShipmentMoved {} => None,
        };
        let from = self.status;
        if let Some(to) = to {
            self.status = Some(to);
            let way = from.map_or(to == Status::Pending, |from| from.may_become(to));
            if !way {
                return Err(Difference::NoWay { sequence, from, to });
            }
        }
        gap.map_or(Ok(()), Err)
    }

    /// Where the order says something else.
    pub(crate) fn differs_from(&self, order: &Order) -> Vec<Difference> {
        let mut differences = Vec::new();
        let mut agree = |what, order: String, events: String| {
            if order != events {
                differences.push(Difference::Other { what, order, events });
            }
        };
        let of = |status: Option<Status>| status.map_or("nothing", Status::name).to_owned();
        agree("version", order.version.to_string(), self.version.to_string());
        agree("status", order.status.name().to_owned(), of(self.status));
        agree("payment status", format!("{:?}", Some(order.payment_status)), format!("{:?}", self.payment_status));
        agree("refunded amount", order.refunded.to_string(), self.refunded.to_string());
        let total = order.money(order.charges.total);
        agree("total", total.to_string(), self.total.map(|total| total.to_string()).unwrap_or_default());
        differences
    }
}

#[cfg(test)]
mod tests {
    use holdfast_core::{StoredEvent, Timestamp};
    use serde_json::{Value, json};

    use super::*;

    fn event(sequence: u64, kind: &str, data: Value) -> Envelope {
        let event = StoredEvent {
            id: "evt_00000000000000000000000001".parse().unwrap(),
            kind: kind.to_owned(),
            time: Timestamp::UNIX_EPOCH,
            subject: "ord_00000000000000000000000001".to_owned(),
            causation: Default::default(),
            data,
        };
        Envelope { source: "holdfast.orders".to_owned(), sequence, event }
    }

    fn placed() -> Envelope {
        event(
            1,
            "orders.order-placed.v1",
            json!({"total": {"amount": 500, "currency": "USD"}, "expires_at": "2026-01-01T00:00:00Z"}),
        )
    }

    #[test]
    fn a_whole_life_is_followed() {
        let mut replayed = Replayed::default();
        let usd = |amount: i64| json!({"amount": amount, "currency": "USD"});
        for event in [
            placed(),
            event(2, "orders.order-expired.v1", json!({"reservation_id": "rsv_1"})),
            event(3, "orders.order-paid.v1", json!({"amount": usd(500), "late": true})),
            event(4, "orders.order-processing.v1", json!({})),
            event(5, "orders.order-shipped.v1", json!({})),
            event(6, "orders.shipment-moved.v1", json!({"state": "in_transit"})),
            event(7, "orders.order-delivered.v1", json!({})),
            event(8, "orders.return-requested.v1", json!({"return_id": "ret_1"})),
            event(9, "orders.return-received.v1", json!({"return_id": "ret_1", "refund": usd(200)})),
            event(
                10,
                "orders.payment-status-changed.v1",
                json!({"payment_status": "PARTIALLY_REFUNDED", "refunded": usd(200)}),
            ),
        ] {
            assert_eq!(replayed.tell(&event), Ok(()), "{event:?}");
        }
        assert_eq!((replayed.version, replayed.status, replayed.refunded), (10, Some(Status::Returned), 200));
        assert_eq!(replayed.payment_status, Some(PaymentStatus::PartiallyRefunded));
    }

    #[test]
    fn a_gap_a_wrong_way_and_a_strange_event_are_found() {
        let mut replayed = Replayed::default();
        replayed.tell(&placed()).unwrap();
        let gap = replayed.tell(&event(3, "orders.order-paid.v1", json!({})));
        assert_eq!(gap, Err(Difference::Gap { after: 1, next: 3 }));
        let back = replayed.tell(&event(4, "orders.order-delivered.v1", json!({})));
        assert_eq!(back, Err(Difference::NoWay { sequence: 4, from: Some(Status::Paid), to: Status::Delivered }));
        let strange = replayed.tell(&event(5, "accounts.user-registered.v1", json!({})));
        assert!(matches!(strange, Err(Difference::Unknown { sequence: 5, .. })));
        let mut late = Replayed::default();
        assert!(late.tell(&event(1, "orders.order-paid.v1", json!({}))).is_err(), "it was never placed");
    }
}
