//! What the gateway tells, by a webhook or when it is asked, as far as it matters here.

use holdfast_core::{Currency, OrderId, RefundId};
use serde::{Deserialize, Serialize};

use super::ids::GatewayId;

/// How an intent stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntentTold {
    /// Which.
    pub id: GatewayId,
    /// The order that it says it pays for, word by word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
    /// How far it is.
    pub state: IntentState,
    /// What is asked for, in minor units.
    pub amount: i64,
    /// What came.
    pub received: i64,
    /// Of which currency.
    pub currency: Currency,
}

/// How far an intent is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntentState {
    /// It may be paid yet.
    Open,
    /// An attempt to pay it has failed, for this reason; another may follow.
    Failed(String),
    /// It is paid.
    Succeeded,
    /// It never will be.
    Cancelled,
}

/// How a refund stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundTold {
    /// The gateway's id of it; nothing where it refuses to make one.
    pub id: Option<GatewayId>,
    /// Which of ours it is.
    pub refund: RefundId,
    /// How far it is.
    pub state: RefundState,
}

/// How far a refund is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundState {
    /// It is under way.
    Pending,
    /// The money is back where it came from.
    Succeeded,
    /// The money is here again.
    Failed,
}

impl IntentTold {
    /// The order that it names, if what it names can be one.
    pub fn order_id(&self) -> Option<OrderId> {
        self.order.as_deref().and_then(|order| order.parse().ok())
    }

    /// Whether money has come.
    pub fn is_paid(&self) -> bool {
        match self.state {
            IntentState::Succeeded => true,
            IntentState::Open | IntentState::Failed(_) | IntentState::Cancelled => false,
        }
    }
}
