//! Every word that there is, met with every payment and every order.

use holdfast_core::{Money, Timestamp};
use serde_json::json;

use super::*;

const ORDER: &str = "ord_01kdvdna0023hc8t35x63mc56q";

fn order(status: Status, payment_status: PaymentStatus) -> Order {
    let order = json!({
        "id": ORDER, "version": 1, "owner": {"guest": "crt_00000000000000000000000000"},
        "status": status, "payment_status": payment_status, "lines": [],
        "charges": {
            "currency": "USD", "subtotal": 1999, "tax": 0, "tax_included": true, "total": 1999,
            "shipping": {"method": "standard", "label": "Standard", "amount": 0, "tax": 0},
        },
        "reservation_id": "rsv_00000000000000000000000000", "reservation_expires_at": "2026-11-27T00:15:00Z",
        "takes": [], "history": [], "created_at": "2026-11-27T00:00:00Z", "fingerprint": "f",
    });
    serde_json::from_value(order).unwrap()
}

fn payment(state: PaymentState) -> Payment {
    Payment {
        intent_id: "pi_1".parse().unwrap(),
        order_id: ORDER.parse().ok(),
        version: 1,
        state,
        amount: Money::new(1999, "USD".parse().unwrap()),
        captured: 0,
        refundable: 0,
        on_order: false,
        created_at: Timestamp::UNIX_EPOCH,
    }
}

fn told(state: IntentState) -> IntentTold {
    let received = if state == IntentState::Succeeded { 1999 } else { 0 };
    let (id, order, currency) = ("pi_1".parse().unwrap(), Some(ORDER.to_owned()), "USD".parse().unwrap());
    IntentTold { id, order, state, amount: 1999, received, currency }
}

const STATES: [Option<PaymentState>; 6] = [
    None,
    Some(PaymentState::Open),
    Some(PaymentState::Paid),
    Some(PaymentState::SentBack),
    Some(PaymentState::Unmatched),
    Some(PaymentState::Cancelled),
];

#[test]
fn money_pays_for_what_waits_for_it_and_else_goes_back() {
    for status in Status::ALL {
        for payment_status in [PaymentStatus::None, PaymentStatus::Paid, PaymentStatus::Refunded] {
            for state in STATES {
                let payment = state.map(payment);
                let met = order(status, payment_status);
                let decision = decide(&told(IntentState::Succeeded), payment.as_ref(), Some(&met));
                let settled = matches!(state, Some(PaymentState::Paid | PaymentState::SentBack));
                let wanted = match (settled, payment_status, status) {
                    (true, _, _) => Decision::Ignore,
                    (false, PaymentStatus::None, Status::Pending | Status::Review) => Decision::Pay,
                    (false, PaymentStatus::None, Status::Expired) => Decision::Retake,
                    (false, PaymentStatus::None, Status::Cancelled) => {
                        Decision::SendBack { why: Why::OrderCancelled, on_order: true }
                    }
                    _ => Decision::SendBack { why: Why::PaidTwice, on_order: false },
                };
                assert_eq!(decision, wanted, "{status:?} {payment_status:?} {state:?}");
            }
        }
    }
}

#[test]
fn the_clock_decides_nothing() {
    // A hold's end is in the order that is met, and whoever decides has no clock: a millisecond before, at it and after it are one.
    let mut met = order(Status::Pending, PaymentStatus::None);
    for off_ms in [-1, 0, 1] {
        met.reservation_expires_at = Timestamp::from_millisecond(1_800_000_000_000 + off_ms).unwrap();
        assert_eq!(decide(&told(IntentState::Succeeded), None, Some(&met)), Decision::Pay);
    }
}

#[test]
fn what_is_not_asked_for_pays_for_nothing() {
    let met = order(Status::Pending, PaymentStatus::None);
    let less = IntentTold { received: 1998, ..told(IntentState::Succeeded) };
    let more = IntentTold { received: 2000, ..told(IntentState::Succeeded) };
    let euros = IntentTold { currency: "EUR".parse().unwrap(), ..told(IntentState::Succeeded) };
    for (word, what) in [(less, Mismatch::Amount), (more, Mismatch::Amount), (euros, Mismatch::Currency)] {
        assert_eq!(decide(&word, None, Some(&met)), Decision::Mismatched(what));
        assert_eq!(decide(&word, Some(&payment(PaymentState::Open)), Some(&met)), Decision::Mismatched(what));
        assert_eq!(decide(&word, Some(&payment(PaymentState::Unmatched)), Some(&met)), Decision::Ignore);
    }
}

#[test]
fn what_names_no_order_waits_for_one_if_money_came() {
    let nameless = |state| IntentTold { order: None, ..told(state) };
    for state in [IntentState::Open, IntentState::Failed("x".to_owned()), IntentState::Cancelled] {
        assert_eq!(decide(&told(state.clone()), None, None), Decision::Park, "{state:?}");
        assert_eq!(decide(&nameless(state.clone()), None, None), Decision::Ignore, "{state:?}");
    }
    assert_eq!(decide(&nameless(IntentState::Succeeded), None, None), Decision::Park);
    assert_eq!(decide(&told(IntentState::Succeeded), None, None), Decision::Park);
    let unmatched = payment(PaymentState::Unmatched);
    assert_eq!(decide(&told(IntentState::Succeeded), Some(&unmatched), None), Decision::Ignore);
}

#[test]
fn what_is_over_is_over() {
    let met = order(Status::Pending, PaymentStatus::None);
    for state in STATES {
        let payment = state.map(payment);
        let (failed, called_off, open) = match state {
            None => (Decision::Failed, Decision::CallOff, Decision::Follow),
            Some(PaymentState::Open) => (Decision::Failed, Decision::CallOff, Decision::Ignore),
            Some(_) => (Decision::Ignore, Decision::Ignore, Decision::Ignore),
        };
        let decided = |state| decide(&told(state), payment.as_ref(), Some(&met));
        assert_eq!(decided(IntentState::Failed("x".to_owned())), failed, "{state:?}");
        assert_eq!(decided(IntentState::Cancelled), called_off, "{state:?}");
        assert_eq!(decided(IntentState::Open), open, "{state:?}");
    }
}
