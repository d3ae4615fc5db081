//! An order: what was bought for how much, by whom, and what has become of it.

use std::collections::BTreeMap;
use std::net::IpAddr;

use holdfast_accounts::domain::{Email, PostalAddress};
use holdfast_catalog::wares::WarePlace;
use holdfast_core::{CartId, Money, OrderId, Quantity, ReceiptId, ReservationId, Sku, Timestamp, UserId};
use holdfast_http::Fingerprint;
use holdfast_inventory::domain::Take;
use serde::{Deserialize, Serialize};

use super::number::Number;
use super::shipment::Shipment;
use super::status::{PaymentStatus, Status};

/// An order, without its buyer. What was bought and charged never changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Which.
    pub id: OrderId,
    /// Counts its changes, and its events.
    pub version: u64,
    /// Whose.
    pub owner: Owner,
    /// Where it stands.
    pub status: Status,
    /// Where its money stands.
    pub payment_status: PaymentStatus,
    /// What was bought.
    pub lines: Vec<Line>,
    /// For how much.
    pub charges: Charges,
    /// What holds its stock, or held it.
    pub reservation_id: ReservationId,
    /// Until when it is held for certain.
    pub reservation_expires_at: Timestamp,
    /// From which warehouses it is taken.
    pub takes: Vec<Take>,
    /// Its parcel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipment: Option<Shipment>,
    /// How much went back, in minor units.
    #[serde(default)]
    pub refunded: i64,
    /// How many returns were asked for.
    #[serde(default)]
    pub returns: u32,
    /// Each step that it took.
    pub history: Vec<Turn>,
    /// Since when.
    pub created_at: Timestamp,
    /// Of the request that placed it.
    pub fingerprint: Fingerprint,
}

/// Whose an order is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// A customer's.
    Customer(UserId),
    /// A guest's, who came with this cart.
    Guest(CartId),
}

/// Whom an order is for: personal, and therefore apart from what carries events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Buyer {
    /// Where mails go to; a customer's own address when none was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Email>,
    /// Where the parcel goes.
    pub shipping_address: PostalAddress,
    /// Where the invoice goes, if elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billing_address: Option<PostalAddress>,
    /// From where it was ordered.
    pub source_ip: IpAddr,
    /// With what, as the shop names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_id: Option<String>,
}

/// A line of an order, as it was bought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Of which article.
    pub sku: Sku,
    /// Where the catalog has it.
    #[serde(flatten)]
    pub place: WarePlace,
    /// What the product was called.
    pub title: String,
    /// Its value of each option.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
    /// Its picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// How many.
    pub quantity: Quantity,
    /// What each cost.
    pub unit_price: i64,
    /// What all of them cost.
    pub total: i64,
    /// The tax on that: in it, or on top of it.
    pub tax: i64,
}

/// What an order costs, in minor units of one currency. It adds up: `total = subtotal + shipping + tax`, without the tax where
/// prices include it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charges {
    /// Of what.
    pub currency: holdfast_core::Currency,
    /// All lines.
    pub subtotal: i64,
    /// The parcel.
    pub shipping: ShippingCharge,
    /// All tax.
    pub tax: i64,
    /// Whether prices include it.
    pub tax_included: bool,
    /// What is to be paid.
    pub total: i64,
}

/// What sending it costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShippingCharge {
    /// The method's id.
    pub method: String,
    /// What it was called.
    pub label: String,
    /// How much.
    pub amount: i64,
    /// The tax on that.
    pub tax: i64,
}

/// A step of an order's life.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// When.
    pub at: Timestamp,
    /// Who: a user's id; nobody where the shop itself did, or a guest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// From where; from nowhere where it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Status>,
    /// To where.
    pub to: Status,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The keyed request that asked for it: its repeat finds it here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<Request>,
}

/// A keyed request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Under which its repeat arrives.
    pub id: ReceiptId,
    /// What it said.
    pub fingerprint: Fingerprint,
}

/// A step that is to be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// To where.
    pub to: Status,
    /// Why.
    pub why: Option<String>,
    /// Who asked, under which key.
    pub request: Option<Request>,
}

impl Order {
    /// The most steps that are kept: a parcel that goes to and fro adds no more.
    pub const MOST_TURNS: usize = 50;

    /// The number by which people name it.
    pub fn number(&self) -> Number {
        Number::of(self.id)
    }

    /// So many minor units of its currency.
    pub fn money(&self, amount: i64) -> Money {
        Money::new(amount, self.charges.currency)
    }

    /// How much came and has not gone back.
    pub fn left_to_refund(&self) -> i64 {
        match self.payment_status {
            PaymentStatus::None | PaymentStatus::Refunded => 0,
            PaymentStatus::Paid | PaymentStatus::PartiallyRefunded => self.charges.total.saturating_sub(self.refunded),
        }
    }

    /// Where its money stands, and how much of it went back, when so much more has gone back; less, where it came here again.
    pub fn after_refund(&self, more: i64) -> (PaymentStatus, i64) {
        let refunded = self.refunded.saturating_add(more).max(0);
        let status = match self.payment_status {
            PaymentStatus::None => PaymentStatus::None,
            PaymentStatus::Paid | PaymentStatus::PartiallyRefunded | PaymentStatus::Refunded => {
                if refunded == 0 {
                    PaymentStatus::Paid
                } else if refunded < self.charges.total {
                    PaymentStatus::PartiallyRefunded
                } else {
                    PaymentStatus::Refunded
                }
            }
        };
        (status, refunded)
    }

    /// The step that a keyed request took here before.
    pub fn taken_by(&self, request: ReceiptId) -> Option<&Request> {
        self.history.iter().filter_map(|turn| turn.request.as_ref()).find(|asked| asked.id == request)
    }

    /// As it was placed: what a repeat of that request is answered.
    pub fn as_placed(&self) -> Self {
        let history = self.history.iter().take(1).cloned().collect();
        let (status, payment_status) = (Status::Pending, PaymentStatus::None);
        Self { status, payment_status, history, version: 1, shipment: None, refunded: 0, returns: 0, ..self.clone() }
    }

    /// A line by its article.
    pub fn line(&self, sku: &Sku) -> Option<&Line> {
        self.lines.iter().find(|line| line.sku == *sku)
    }

    /// What so many pieces of a line cost, tax included, out of what was charged for all of them.
    pub fn worth(&self, line: &Line, count: Quantity) -> i64 {
        let whole = if self.charges.tax_included { line.total } else { line.total.saturating_add(line.tax) };
        let part = i128::from(whole) * i128::from(count.get()) / i128::from(line.quantity.get());
        i64::try_from(part).unwrap_or(whole)
    }
}

impl Owner {
    /// Whether it is this customer's.
    pub fn is(&self, user: UserId) -> bool {
        match self {
            Self::Customer(owner) => *owner == user,
            Self::Guest(_) => false,
        }
    }

    /// The customer, if it is one's.
    pub fn customer(&self) -> Option<UserId> {
        match self {
            Self::Customer(user) => Some(*user),
            Self::Guest(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_money_follows_what_goes_back() {
        let order = |payment_status: PaymentStatus, refunded: i64| -> Order {
            let order = json!({
                "id": "ord_00000000000000000000000000", "version": 1, "owner": {"guest": "crt_00000000000000000000000000"},
                "status": "PAID", "payment_status": payment_status, "lines": [], "refunded": refunded,
                "charges": {
                    "currency": "USD", "subtotal": 1000, "tax": 0, "tax_included": true, "total": 1000,
                    "shipping": {"method": "standard", "label": "Standard", "amount": 0, "tax": 0},
                },
                "reservation_id": "rsv_00000000000000000000000000", "reservation_expires_at": "2026-11-27T00:15:00Z",
                "takes": [], "history": [], "created_at": "2026-11-27T00:00:00Z", "fingerprint": "f",
            });
            serde_json::from_value(order).unwrap()
        };
        use PaymentStatus::{None, Paid, PartiallyRefunded, Refunded};
        for (was, refunded, more, is, in_all) in [
            (Paid, 0, 999, PartiallyRefunded, 999),
            (Paid, 0, 1000, Refunded, 1000),
            (PartiallyRefunded, 999, 1, Refunded, 1000),
            (Refunded, 1000, -1, PartiallyRefunded, 999),
            (Refunded, 1000, -1000, Paid, 0),
            (None, 0, 5, None, 5),
        ] {
            assert_eq!(order(was, refunded).after_refund(more), (is, in_all), "{was:?} {refunded} {more}");
        }
    }
}
