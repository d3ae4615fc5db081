//! POST /v1/admin/orders/{id}/refunds: staff give money back.

use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use holdfast_auth::Role;
use holdfast_core::{Money, OrderId, RefundId};
use holdfast_http::{
    Customer, Guard, Json, Keyed, KeyedProblems, MoneySchema, NotFound, Origin, OurFault, Path, Problem, ServerKey,
    Staff, StaffProblems, endpoint, permission,
};
use holdfast_orders::Orders;
use holdfast_runtime::{FromInit, Function, Init, InitError};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::views::RefundView;
use crate::domain::{Payment, PaymentState, Why};
use crate::store::{Ask, Payments};

/// Rounds of load, decide and commit before a caller is asked to come back.
const ROUNDS: u32 = 8;
/// The longest reason, in characters.
const LONGEST_REASON: usize = 300;

/// Payments and orders, and what support may give back of one.
#[derive(Clone)]
pub struct Desk {
    payments: Payments,
    orders: Orders,
    guard: Guard,
    server_key: ServerKey,
    /// In minor units of the order's currency.
    support_limit: i64,
}

impl FromInit for Desk {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self {
            payments: Payments::from_init(init).await?,
            orders: Orders::from_init(init).await?,
            guard: Guard::from_init(init).await?,
            server_key: ServerKey::from_init(init).await?,
            support_limit: init.env.parse("SUPPORT_REFUND_LIMIT")?,
        })
    }
}

impl FromRef<Desk> for Guard {
    fn from_ref(desk: &Desk) -> Self {
        desk.guard.clone()
    }
}

/// What goes back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundRequest {
    /// How much; all that is left, when it is not said.
    #[serde(default)]
    #[schema(value_type = Option<MoneySchema>)]
    amount: Option<Money>,
    /// Why: 1 to 300 characters.
    #[schema(max_length = 300, example = "a gesture")]
    reason: String,
}

/// Gives money back.
///
/// All that is left of what was paid, or a part of it; never more. Its amount is set aside at once, and the gateway is told in the
/// background. Support may give back so much of an order, and no more: the rest is an admin's.
#[utoipa::path(
    post, path = "/v1/admin/orders/{id}/refunds", operation_id = "payments_refund", tag = "payments", security(("access_token" = ["payments.refund"])),
    params(
        ("id" = String, Path, description = "The order's id"),
        ("idempotency-key" = String, Header, description = "Names the refund: its repeat gives nothing back")
    ),
    request_body = RefundRequest,
    responses(
        (status = 201, description = "The refund as it was asked for", body = RefundView),
        (status = 409, description = "nothing_to_refund: nothing was paid, or all of it is going back; too_much: `refundable` is what is left", body = holdfast_http::ProblemBody, content_type = "application/problem+json"),
        KeyedProblems, StaffProblems, NotFound, OurFault
    )
)]
async fn payments_refund(
    State(desk): State<Desk>,
    staff: Staff<permission::PaymentsRefund>,
    origin: Origin,
    Path(order_id): Path<OrderId>,
    Keyed { key, fingerprint, body }: Keyed<RefundRequest>,
) -> Result<(StatusCode, Json<RefundView>), Problem> {
    let (payments, caller) = (&desk.payments, &staff.caller);
    let cause = origin.causation(Some(caller.user));
    let reason = reason(&body.reason)?;
    if body.amount.is_some_and(|amount| amount.amount <= 0) {
        return Err(Problem::invalid("/amount/amount", "must be 1 or more"));
    }
    let id: RefundId = desk.server_key.id("payments-refund", &format!("{} {order_id}", caller.user), &key);
    for _ in 0..ROUNDS {
        let (known, order, paid) =
            futures::try_join!(payments.refund(id), desk.orders.order(order_id), payments.payments_of(order_id))?;
        if let Some(refund) = known {
            if let Some(first) = &refund.fingerprint {
                fingerprint.agrees_with(first)?;
            }
            return Ok((StatusCode::CREATED, Json(RefundView::as_asked(&refund))));
        }
        order.ok_or_else(|| Problem::not_found("order"))?;
        let (payment, amount) = match desk.grants(caller, &paid, body.amount) {
            Ok(granted) => granted,
            // A twin may have been granted it since it was looked for: the next round finds that.
            Err(_) if payments.refund(id).await?.is_some() => continue,
            Err(refused) => return Err(refused),
        };
        let ask =
            Ask { id, amount, why: Why::Staff, reason: Some(reason.clone()), fingerprint: Some(fingerprint.clone()) };
        let pieces = payments.ask_of(payment, &ask, &cause);
        match payments.table.transaction().and_all(pieces).commit().await {
            // The next round finds it.
            Ok(()) => {}
            Err(error) if error.lost() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Problem::unavailable("the payment kept changing"))
}

impl Desk {
    /// Of which payment so much goes back, or all that is left of it.
    fn grants<'a>(
        &self,
        caller: &Customer,
        paid: &'a [Payment],
        amount: Option<Money>,
    ) -> Result<(&'a Payment, Money), Problem> {
        let payment = paid.iter().filter(|payment| payment.refundable > 0).min_by_key(|payment| rank(payment));
        let payment = payment.ok_or_else(nothing_to_refund)?;
        let amount = amount.unwrap_or_else(|| payment.money(payment.refundable));
        self.may_give(caller, payment, amount)?;
        Ok((payment, amount))
    }

    fn may_give(&self, caller: &Customer, payment: &Payment, amount: Money) -> Result<(), Problem> {
        if amount.currency != payment.amount.currency {
            let detail = format!("must be {}, as the order was paid", payment.amount.currency);
            return Err(Problem::invalid("/amount/currency", detail));
        }
        if amount.amount > payment.refundable {
            let left = payment.money(payment.refundable);
            let detail = format!("Of what was paid, {left} can still go back.");
            return Err(Problem::conflict("too_much", "That is more than is left", detail).with("refundable", left));
        }
        let gone = payment.captured.saturating_sub(payment.refundable);
        let limited = !caller.roles.contains(&Role::Admin);
        if limited && gone.saturating_add(amount.amount) > self.support_limit {
            let most = payment.money(self.support_limit);
            return Err(Problem::forbidden(format!("Of one order, support may give back {most} at most.")));
        }
        Ok(())
    }
}

/// What paid for the order first; then what failed to go back.
fn rank(payment: &Payment) -> u8 {
    match payment.state {
        PaymentState::Paid => 0,
        PaymentState::SentBack => 1,
        PaymentState::Open | PaymentState::Unmatched | PaymentState::Cancelled => 2,
    }
}

fn reason(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    let letters = text.chars().take(LONGEST_REASON.saturating_add(1)).count();
    if !(1..=LONGEST_REASON).contains(&letters) || text.chars().any(char::is_control) {
        return Err(Problem::invalid("/reason", format!("must be one line of 1 to {LONGEST_REASON} characters")));
    }
    if names_a_card(text) {
        return Err(Problem::invalid("/reason", "must not hold a card's number"));
    }
    Ok(text.to_owned())
}

/// Whether there are as many digits in a row as a card has, in groups or not.
fn names_a_card(text: &str) -> bool {
    const FEWEST_DIGITS: usize = 13;
    let digits = text.split(|letter: char| !letter.is_ascii_digit() && letter != ' ' && letter != '-');
    digits.map(|part| part.chars().filter(char::is_ascii_digit).count()).any(|count| count >= FEWEST_DIGITS)
}

fn nothing_to_refund() -> Problem {
    let detail = "Nothing was paid for this order, or all of it is going back.";
    Problem::conflict("nothing_to_refund", "There is nothing to give back", detail)
}

/// payments-refund.
pub fn function() -> Function {
    endpoint::<Desk>("payments-refund", || routes!(payments_refund))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_holds_no_card() {
        for fine in ["a gesture", "order 8T35-X63M-C56Q of 2026-11-27", "123456789012"] {
            assert_eq!(reason(fine).unwrap(), fine);
        }
        for wrong in ["4242424242424242", "card 4242 4242 4242 4242", "378282-246310-005", "1234567890123", "", "a\nb"]
        {
            assert!(reason(wrong).is_err(), "{wrong}");
        }
        assert!(reason(&"x".repeat(300)).is_ok() && reason(&"x".repeat(301)).is_err());
    }
}
