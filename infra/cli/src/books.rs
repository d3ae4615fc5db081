//! The books: what an order says of itself must add up, and agree with what holds its stock and with what was paid. Pure.

use std::collections::BTreeMap;
use std::fmt;

use holdfast_core::{OrderId, Sku};
use holdfast_inventory::domain::{Reservation, Status as Hold};
use holdfast_orders::domain::{Order, PaymentStatus, Status};
use holdfast_payments::domain::Payment;

/// Where an order does not add up.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Wrong {
    pub(crate) order: OrderId,
    pub(crate) what: String,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.order, self.what)
    }
}

/// How a hold may stand beside an order in this status.
fn holds(status: Status) -> &'static [Hold] {
    match status {
        Status::Pending | Status::Review => &[Hold::Active],
        Status::Paid
        | Status::Processing
        | Status::Shipped
        | Status::Delivered
        | Status::ReturnRequested
        | Status::Returned => &[Hold::Committed],
        Status::Expired => &[Hold::Expired],
        // Called off before it was paid, or after.
        Status::Cancelled => &[Hold::Released, Hold::Committed],
    }
}

/// What is wrong with an order, beside the reservation that it names and the payments that name it.
pub(crate) fn wrong(order: &Order, reservation: Option<&Reservation>, payments: &[Payment]) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    let mut must = |holds: bool, what: String| {
        if !holds {
            wrong.push(Wrong { order: order.id, what });
        }
    };
    match reservation {
        // A reservation that has ended is forgotten after a while; one that holds something is not.
        None => must(
            !holds(order.status).contains(&Hold::Active),
            "it waits for its payment, and nothing holds its stock".to_owned(),
        ),
        Some(hold) => must(
            holds(order.status).contains(&hold.status),
            format!("it is {}, and what holds its stock is {:?}", order.status.name(), hold.status),
        ),
    }
    let charges = &order.charges;
    let lines: i64 = order.lines.iter().map(|line| line.total).sum();
    must(lines == charges.subtotal, format!("its lines are {lines}, and its subtotal is {}", charges.subtotal));
    let on_top = if charges.tax_included { 0 } else { charges.tax };
    let sum = charges.subtotal.saturating_add(charges.shipping.amount).saturating_add(on_top);
    must(sum == charges.total, format!("its charges add up to {sum}, and its total is {}", charges.total));
    let money = match order.payment_status {
        PaymentStatus::None | PaymentStatus::Paid => order.refunded == 0,
        PaymentStatus::PartiallyRefunded => (1..charges.total).contains(&order.refunded),
        PaymentStatus::Refunded => order.refunded == charges.total,
    };
    must(
        money,
        format!("{} of {} went back, and its money is {:?}", order.refunded, charges.total, order.payment_status),
    );
    let came: i64 = payments.iter().filter(|payment| payment.on_order).map(|payment| payment.captured).sum();
    let due = if order.payment_status == PaymentStatus::None { 0 } else { charges.total };
    must(came == due, format!("{came} came for it, and its money is {:?}", order.payment_status));
    let unpaid = match order.status {
        Status::Pending => order.payment_status == PaymentStatus::None,
        // Money may still come, and goes back.
        Status::Review | Status::Expired | Status::Cancelled => true,
        Status::Paid
        | Status::Processing
        | Status::Shipped
        | Status::Delivered
        | Status::ReturnRequested
        | Status::Returned => order.payment_status != PaymentStatus::None,
    };
    must(unpaid, format!("it is {}, and its money is {:?}", order.status.name(), order.payment_status));
    must(taken(order) == bought(order), "what is taken for it is not what was bought".to_owned());
    let last = order.history.last().map(|turn| turn.to);
    let full = order.history.len() >= Order::MOST_TURNS;
    must(full || last == Some(order.status), format!("it is {}, and its history ends otherwise", order.status.name()));
    wrong
}

fn bought(order: &Order) -> BTreeMap<&Sku, u64> {
    order.lines.iter().fold(BTreeMap::new(), |mut sums, line| {
        *sums.entry(&line.sku).or_default() += u64::from(line.quantity.get());
        sums
    })
}

fn taken(order: &Order) -> BTreeMap<&Sku, u64> {
    order.takes.iter().fold(BTreeMap::new(), |mut sums, take| {
        *sums.entry(&take.sku).or_default() += u64::from(take.quantity.get());
        sums
    })
}
