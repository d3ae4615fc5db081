//! What can happen here: the types and the data of this context's events. A published one never changes; a new shape is a v2.

use holdfast_core::{Causation, Money, OrderId, RefundId, StoredEvent};
use holdfast_http::MoneySchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{Mismatch, Why};

/// What can happen in this context: the types and the data of its events. The subject is the gateway's intent, a refund, or
/// an event of the gateway's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data")]
#[schema(as = PaymentsHappened)]
pub enum Happened {
    /// An order can be paid from now on.
    #[serde(rename = "payments.intent-created.v1")]
    IntentCreated {
        /// Which order.
        #[schema(value_type = String)]
        order_id: OrderId,
        /// How much is asked for.
        #[schema(value_type = MoneySchema)]
        amount: Money,
    },
    /// An intent will never be paid.
    #[serde(rename = "payments.intent-cancelled.v1")]
    IntentCancelled {
        /// Of which order.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>)]
        order_id: Option<OrderId>,
    },
    /// An attempt to pay failed; another is possible.
    #[serde(rename = "payments.payment-failed.v1")]
    PaymentFailed {
        /// For which order.
        #[schema(value_type = String)]
        order_id: OrderId,
        /// The gateway's word for why.
        code: String,
    },
    /// Money came, and paid for its order.
    #[serde(rename = "payments.payment-captured.v1")]
    PaymentCaptured {
        /// For which order.
        #[schema(value_type = String)]
        order_id: OrderId,
        /// How much.
        #[schema(value_type = MoneySchema)]
        amount: Money,
    },
    /// Money came that was of no use, and goes back.
    #[serde(rename = "payments.payment-sent-back.v1")]
    PaymentSentBack {
        /// For which order.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>)]
        order_id: Option<OrderId>,
        /// How much.
        #[schema(value_type = MoneySchema)]
        amount: Money,
        /// Why.
        why: Why,
    },
    /// The gateway told of a payment that is not what it must be.
    #[serde(rename = "payments.payment-mismatched.v1")]
    PaymentMismatched {
        /// For which order, if it names one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>)]
        order_id: Option<OrderId>,
        /// What of it.
        what: Mismatch,
    },
    /// The gateway told of an order that there is not, yet.
    #[serde(rename = "payments.webhook-parked.v1")]
    WebhookParked {
        /// What it told.
        kind: String,
    },
    /// Money came that matches no order: it goes back after a while.
    #[serde(rename = "payments.money-unmatched.v1")]
    MoneyUnmatched {
        /// How much.
        #[schema(value_type = MoneySchema)]
        amount: Money,
    },
    /// Money is to go back.
    #[serde(rename = "payments.refund-requested.v1")]
    RefundRequested {
        /// Which refund.
        #[schema(value_type = String)]
        refund_id: RefundId,
        /// Of which order.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>)]
        order_id: Option<OrderId>,
        /// How much.
        #[schema(value_type = MoneySchema)]
        amount: Money,
        /// Why.
        why: Why,
    },
    /// The gateway is being told of a refund.
    #[serde(rename = "payments.refund-sent.v1")]
    RefundSent(Refunded),
    /// Money is back where it came from.
    #[serde(rename = "payments.refund-succeeded.v1")]
    RefundSucceeded(Refunded),
    /// A refund failed, perhaps days after it looked well: its amount can be refunded anew.
    #[serde(rename = "payments.refund-failed.v1")]
    RefundFailed(Refunded),
}

/// A refund, as its events tell of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Refunded {
    /// Which refund.
    #[schema(value_type = String)]
    pub refund_id: RefundId,
    /// Of which order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub order_id: Option<OrderId>,
    /// How much.
    #[schema(value_type = MoneySchema)]
    pub amount: Money,
}

/// What led to an event that the shop itself sets off, because of an earlier one.
pub(crate) fn caused_by(event: &StoredEvent) -> Causation {
    Causation { causation_id: Some(event.id), actor: None, ..event.causation.clone() }
}

/// What led to an event that a clock sets off.
pub(crate) fn by_itself(of: impl ToString) -> Causation {
    Causation { correlation_id: of.to_string(), ..Causation::default() }
}
