//! What the gateway's word of an intent means: for its payment, its order, and the order's stock.

use holdfast_orders::domain::{Order, PaymentStatus, Status};

use super::payment::{Mismatch, Payment, PaymentState};
use super::refund::Why;
use super::told::{IntentState, IntentTold};

/// What is to be done. Nothing of it depends on the order in which things were told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The order is paid, and what was held for it is its own.
    Pay,
    /// The order has expired: it is paid if its stock can be had again, or else the money goes back.
    Retake,
    /// The money goes back, all of it.
    SendBack {
        /// Why.
        why: Why,
        /// Whether the order's `payment_status` speaks of it.
        on_order: bool,
    },
    /// The money came, and is not what the order asks for: people are told, and it goes back after a while.
    Mismatched(Mismatch),
    /// An attempt has failed; another is possible.
    Failed,
    /// It never will be paid.
    CallOff,
    /// It can be paid, and nobody here has heard of it yet: it is followed from now on.
    Follow,
    /// There is no such order, yet: it is looked for again.
    Park,
    /// It changes nothing.
    Ignore,
}

/// Decides, for everything that can be told and everything that it can meet.
///
/// An order's status decides whether money is of use to it, and no clock does: one that has not expired is paid, also a moment
/// past its time.
pub fn decide(told: &IntentTold, payment: Option<&Payment>, order: Option<&Order>) -> Decision {
    match told.state {
        IntentState::Succeeded => captured(told, payment, order),
        IntentState::Cancelled => match payment.map(|payment| payment.state) {
            Some(PaymentState::Open) => Decision::CallOff,
            Some(PaymentState::Paid | PaymentState::SentBack | PaymentState::Unmatched | PaymentState::Cancelled) => {
                Decision::Ignore
            }
            None => known(told, order, Decision::CallOff),
        },
        IntentState::Failed(_) => match payment.map(|payment| payment.state) {
            Some(PaymentState::Open) => Decision::Failed,
            // It was paid, or called off, after it had failed.
            Some(PaymentState::Paid | PaymentState::SentBack | PaymentState::Unmatched | PaymentState::Cancelled) => {
                Decision::Ignore
            }
            None => known(told, order, Decision::Failed),
        },
        IntentState::Open => match payment {
            Some(_) => Decision::Ignore,
            None => known(told, order, Decision::Follow),
        },
    }
}

/// What is told of an intent that nobody here has heard of. One that names no order is somebody else's, as long as no money
/// comes of it.
fn known(told: &IntentTold, order: Option<&Order>, decision: Decision) -> Decision {
    match (order, &told.order) {
        (Some(_), _) => decision,
        (None, Some(_)) => Decision::Park,
        (None, None) => Decision::Ignore,
    }
}

fn captured(told: &IntentTold, payment: Option<&Payment>, order: Option<&Order>) -> Decision {
    let state = payment.map(|payment| payment.state);
    if state.is_some_and(PaymentState::is_settled) {
        return Decision::Ignore;
    }
    let Some(order) = order else {
        // People have been told of it already.
        return if state == Some(PaymentState::Unmatched) { Decision::Ignore } else { Decision::Park };
    };
    if let Some(mismatch) = mismatch(told, order) {
        return if state == Some(PaymentState::Unmatched) { Decision::Ignore } else { Decision::Mismatched(mismatch) };
    }
    let unpaid = order.payment_status == PaymentStatus::None;
    match order.status {
        Status::Pending | Status::Review if unpaid => Decision::Pay,
        Status::Expired if unpaid => Decision::Retake,
        Status::Cancelled if unpaid => Decision::SendBack { why: Why::OrderCancelled, on_order: true },
        // Another intent has paid for it, or tried to.
        Status::Pending
        | Status::Review
        | Status::Expired
        | Status::Cancelled
        | Status::Paid
        | Status::Processing
        | Status::Shipped
        | Status::Delivered
        | Status::ReturnRequested
        | Status::Returned => Decision::SendBack { why: Why::PaidTwice, on_order: false },
    }
}

fn mismatch(told: &IntentTold, order: &Order) -> Option<Mismatch> {
    if told.currency != order.charges.currency {
        Some(Mismatch::Currency)
    } else if told.received != order.charges.total {
        Some(Mismatch::Amount)
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
