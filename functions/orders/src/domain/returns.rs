//! Returns: what a buyer sends back.

use std::collections::HashMap;

use holdfast_core::{Money, OrderId, Quantity, ReceiptId, ReturnId, Sku, Timestamp};
use holdfast_http::Fingerprint;
use holdfast_inventory::domain::Take;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::order::{Order, Request};

/// A return.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Return {
    /// Which.
    pub id: ReturnId,
    /// Of which order.
    pub order_id: OrderId,
    /// Counts its changes.
    pub version: u64,
    /// Where it stands.
    pub status: ReturnStatus,
    /// What comes back.
    pub lines: Vec<Returned>,
    /// Why, in the buyer's words.
    pub reason: String,
    /// What is refunded for it.
    pub refund: Money,
    /// Each step.
    pub history: Vec<ReturnTurn>,
    /// Since when.
    pub created_at: Timestamp,
    /// Of the request that asked for it.
    pub fingerprint: Fingerprint,
}

/// What comes back of an article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReturnLine)]
pub struct Returned {
    /// Of which article.
    #[schema(value_type = String)]
    pub sku: Sku,
    /// How many.
    #[schema(value_type = u32, minimum = 1)]
    pub quantity: Quantity,
}

/// Where a return stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReturnStatus {
    /// Staff have not looked at it yet.
    Requested,
    /// It may come.
    Approved,
    /// It has come.
    Received,
    /// It may not come.
    Rejected,
}

/// What staff decide of a return.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// It may come.
    Approve,
    /// It has come.
    Receive,
    /// It may not come.
    Reject,
}

/// A step of a return's life.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnTurn {
    /// When.
    pub at: Timestamp,
    /// Who: a user's id; nobody where a guest did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// To where.
    pub to: ReturnStatus,
    /// The keyed request that asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<Request>,
}

/// A return that is asked for.
#[derive(Clone, Debug)]
pub struct NewReturn {
    /// What comes back; an article once.
    pub lines: Vec<Returned>,
    /// Why.
    pub reason: String,
}

/// Why a return cannot be asked for: which line is wrong, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnWrong(pub String, pub String);

impl ReturnStatus {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Requested, Self::Approved, Self::Received, Self::Rejected];

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Requested => "REQUESTED",
            Self::Approved => "APPROVED",
            Self::Received => "RECEIVED",
            Self::Rejected => "REJECTED",
        }
    }

    /// What may be decided of it.
    pub fn decisions(self) -> &'static [Decision] {
        match self {
            Self::Requested => &[Decision::Approve, Decision::Reject],
            Self::Approved => &[Decision::Receive, Decision::Reject],
            Self::Received | Self::Rejected => &[],
        }
    }
}

impl Decision {
    /// Where it leads.
    pub fn leads_to(self) -> ReturnStatus {
        match self {
            Self::Approve => ReturnStatus::Approved,
            Self::Receive => ReturnStatus::Received,
            Self::Reject => ReturnStatus::Rejected,
        }
    }

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Receive => "receive",
            Self::Reject => "reject",
        }
    }
}

impl NewReturn {
    /// The longest reason, in characters.
    pub const LONGEST_REASON: usize = 500;
    /// Returns that one order may see: one that is rejected may be asked for anew, but not for ever.
    pub const MOST: u32 = 10;

    /// What is refunded for it, if it fits the order.
    pub fn refund(&self, order: &Order) -> Result<i64, ReturnWrong> {
        let mut refund = 0_i64;
        let mut seen: Vec<&Sku> = Vec::new();
        for (place, returned) in self.lines.iter().enumerate() {
            let wrong = |field: &str, why: String| ReturnWrong(format!("/lines/{place}/{field}"), why);
            let line = order.line(&returned.sku).ok_or_else(|| wrong("sku", "is not in this order".to_owned()))?;
            if seen.contains(&&returned.sku) {
                return Err(wrong("sku", "stands in another line already".to_owned()));
            }
            if returned.quantity > line.quantity {
                return Err(wrong("quantity", format!("must be at most {}", line.quantity.get())));
            }
            seen.push(&returned.sku);
            refund = refund.saturating_add(order.worth(line, returned.quantity));
        }
        // Never more than is there: some of it may have gone back already.
        Ok(refund.min(order.left_to_refund()))
    }
}

impl Return {
    /// The decision that a keyed request took here before.
    pub fn decided_by(&self, request: ReceiptId) -> Option<&Request> {
        self.history.iter().filter_map(|turn| turn.request.as_ref()).find(|asked| asked.id == request)
    }

    /// Where what has come back is put: where it was taken from, these articles only.
    pub fn puts_back(&self, order: &Order, articles: &[Sku]) -> Vec<Take> {
        let mut left: HashMap<&Sku, u32> = self
            .lines
            .iter()
            .map(|line| (&line.sku, line.quantity.get()))
            .filter(|(sku, _)| articles.contains(sku))
            .collect();
        let back = order.takes.iter().filter_map(|take| {
            let left = left.get_mut(&take.sku)?;
            let quantity = Quantity::try_from(take.quantity.get().min(*left)).ok()?;
            *left = left.saturating_sub(quantity.get());
            Some(Take { quantity, ..take.clone() })
        });
        back.collect()
    }
}
