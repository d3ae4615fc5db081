//! A payment: one intent of the gateway's, and what has become of its money.

use holdfast_core::{Money, OrderId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ids::GatewayId;

/// A payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// The gateway's id of its intent.
    pub intent_id: GatewayId,
    /// For which order, as the intent says; whether there is such an order is another matter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<OrderId>,
    /// Counts its events.
    pub version: u64,
    /// What has become of it.
    pub state: PaymentState,
    /// What is asked for.
    pub amount: Money,
    /// What came, in minor units.
    #[serde(default)]
    pub captured: i64,
    /// What of that can still go back: what a refund asks for leaves it at once, and returns when the refund fails.
    #[serde(default)]
    pub refundable: i64,
    /// Whether its order's `payment_status` speaks of this money.
    #[serde(default)]
    pub on_order: bool,
    /// Since when.
    pub created_at: Timestamp,
}

/// What has become of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PaymentState {
    /// Nobody has paid yet: the gateway is asked until it says that this is over.
    Open,
    /// It paid for its order.
    Paid,
    /// The money came when it was of no use any more: all of it goes back.
    SentBack,
    /// The money came, and matches no order: people are told, and after a while all of it goes back.
    Unmatched,
    /// It never will be paid.
    Cancelled,
}

/// What of a payment is not what it must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mismatch {
    /// The amount.
    Amount,
    /// The currency.
    Currency,
    /// It is another account's.
    Account,
    /// It is of the other mode: a test where money is real, or real money in a test.
    Mode,
}

impl PaymentState {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Open, Self::Paid, Self::SentBack, Self::Unmatched, Self::Cancelled];

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "OPEN",
            Self::Paid => "PAID",
            Self::SentBack => "SENT_BACK",
            Self::Unmatched => "UNMATCHED",
            Self::Cancelled => "CANCELLED",
        }
    }

    /// Whether its money has been dealt with: whatever is told of its capture from now on is told again.
    pub fn is_settled(self) -> bool {
        match self {
            Self::Paid | Self::SentBack => true,
            // Cancelled too: a gateway that took money all the same is believed.
            Self::Open | Self::Unmatched | Self::Cancelled => false,
        }
    }
}

impl Payment {
    /// So many minor units of its currency.
    pub fn money(&self, amount: i64) -> Money {
        Money::new(amount, self.amount.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_called_what_it_is_written_as() {
        for state in PaymentState::ALL {
            assert_eq!(serde_json::to_value(state).unwrap(), state.name());
        }
    }
}
