//! What payments and refunds look like to staff: ids, amounts and where they stand. Nothing of a card is known here.

use holdfast_core::{Money, OrderId, RefundId, Timestamp};
use holdfast_http::MoneySchema;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{Payment, PaymentState, Refund, RefundStatus, Why};

/// A payment.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PaymentView {
    /// The gateway's id of its intent.
    #[schema(example = "pi_3PxYzA2eZvKYlo2C1x8rKvVt")]
    payment_intent_id: String,
    /// For which order; for none that it names, when nothing is said.
    #[schema(value_type = Option<String>)]
    order_id: Option<OrderId>,
    /// Where it stands.
    status: PaymentState,
    /// What is asked for.
    #[schema(value_type = MoneySchema)]
    amount: Money,
    /// What came.
    #[schema(value_type = MoneySchema)]
    captured: Money,
    /// What of that can still go back.
    #[schema(value_type = MoneySchema)]
    refundable: Money,
    /// What went back of it, or is to.
    refunds: Vec<RefundView>,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// Money that goes back.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RefundView {
    /// Its id.
    #[schema(value_type = String, example = "rfd_01kdvdna0023hc8t35x63mc56q")]
    id: RefundId,
    /// Of which order.
    #[schema(value_type = Option<String>)]
    order_id: Option<OrderId>,
    /// Of which payment.
    payment_intent_id: String,
    /// How much.
    #[schema(value_type = MoneySchema)]
    amount: Money,
    /// Where it stands.
    status: RefundStatus,
    /// Why.
    why: Why,
    /// In staff's own words.
    reason: Option<String>,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl PaymentView {
    pub(super) fn of(payment: &Payment, refunds: &[Refund]) -> Self {
        Self {
            payment_intent_id: payment.intent_id.to_string(),
            order_id: payment.order_id,
            status: payment.state,
            amount: payment.amount,
            captured: payment.money(payment.captured),
            refundable: payment.money(payment.refundable),
            refunds: refunds.iter().map(RefundView::of).collect(),
            created_at: payment.created_at,
        }
    }
}

impl RefundView {
    pub(super) fn of(refund: &Refund) -> Self {
        Self {
            id: refund.id,
            order_id: refund.order_id,
            payment_intent_id: refund.intent_id.to_string(),
            amount: refund.amount,
            status: refund.status,
            why: refund.why,
            reason: refund.reason.clone(),
            created_at: refund.created_at,
        }
    }

    /// As it was asked for: what a repeat of that request is answered.
    pub(super) fn as_asked(refund: &Refund) -> Self {
        Self { status: RefundStatus::Requested, ..Self::of(refund) }
    }
}
