//! Refunds: money that goes back, one step after another.

use holdfast_core::{EventId, Id, Money, OrderId, RefundId, Timestamp};
use holdfast_http::Fingerprint;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ids::GatewayId;
use super::told::RefundState;

/// A refund.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// Which.
    pub id: RefundId,
    /// Of which intent.
    pub intent_id: GatewayId,
    /// Of which order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<OrderId>,
    /// Whether the order's `payment_status` follows.
    #[serde(default)]
    pub on_order: bool,
    /// Counts its events.
    pub version: u64,
    /// How much.
    pub amount: Money,
    /// Why.
    pub why: Why,
    /// In staff's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Where it stands.
    pub status: RefundStatus,
    /// The gateway's id of it, once it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway_id: Option<GatewayId>,
    /// Which of its keys it goes to the gateway under: the next one, after the gateway has failed under one for good.
    #[serde(default)]
    pub key: u32,
    /// Each step.
    pub history: Vec<RefundTurn>,
    /// Since when.
    pub created_at: Timestamp,
    /// Of the request that asked for it, where one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<Fingerprint>,
}

/// A step of a refund's life.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundTurn {
    /// When.
    pub at: Timestamp,
    /// Who: a user's id; nobody where the shop itself did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// To where.
    pub to: RefundStatus,
}

/// Why money goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RefundWhy)]
pub enum Why {
    /// It came after the order had expired, and the stock was gone.
    OutOfStock,
    /// The order was called off, before the money came or after.
    OrderCancelled,
    /// The order was paid already.
    PaidTwice,
    /// It matches no order.
    Unmatched,
    /// Something came back.
    Returned,
    /// Staff decided so.
    Staff,
}

/// Where a refund stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RefundStatus {
    /// Its amount is set aside.
    Requested,
    /// The gateway is being told, or has been.
    Sent,
    /// The money is back where it came from.
    Succeeded,
    /// The gateway cannot; the amount can be refunded anew. This may come days after it looked well.
    Failed,
}

impl RefundStatus {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Requested, Self::Sent, Self::Succeeded, Self::Failed];

    /// Where it may go from here.
    pub fn next(self) -> &'static [Self] {
        match self {
            Self::Requested => &[Self::Sent, Self::Succeeded, Self::Failed],
            Self::Sent => &[Self::Succeeded, Self::Failed],
            // A bank may send money back that looked well.
            Self::Succeeded => &[Self::Failed],
            Self::Failed => &[],
        }
    }

    /// Whether somebody has to see to it that it goes on.
    pub fn is_under_way(self) -> bool {
        match self {
            Self::Requested | Self::Sent => true,
            Self::Succeeded | Self::Failed => false,
        }
    }

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Requested => "REQUESTED",
            Self::Sent => "SENT",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
        }
    }
}

/// Where the gateway's word moves a refund; nowhere when it was told before, or is older than what is known.
pub fn moved_by(status: RefundStatus, told: RefundState) -> Option<RefundStatus> {
    let to = match told {
        RefundState::Pending => return None,
        RefundState::Succeeded => RefundStatus::Succeeded,
        RefundState::Failed => RefundStatus::Failed,
    };
    status.next().contains(&to).then_some(to)
}

impl Refund {
    /// The refund that an event asks for bears the event's number: however often that is told, it asks once.
    pub fn asked_by(event: EventId) -> RefundId {
        RefundId::from_bytes(event.to_bytes())
    }

    /// What the gateway knows a request of it by.
    pub fn gateway_key(&self) -> String {
        format!("{}-{}", self.id, self.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use RefundStatus::{Failed, Requested, Sent, Succeeded};

    #[test]
    fn these_ways_there_are_and_no_others() {
        let ways = [
            (Requested, Sent),
            (Requested, Succeeded),
            (Requested, Failed),
            (Sent, Succeeded),
            (Sent, Failed),
            (Succeeded, Failed),
        ];
        for from in RefundStatus::ALL {
            for to in RefundStatus::ALL {
                assert_eq!(from.next().contains(&to), ways.contains(&(from, to)), "{from:?} to {to:?}");
            }
            assert_eq!(serde_json::to_value(from).unwrap(), from.name());
        }
    }

    #[test]
    fn what_is_told_in_any_order_ends_alike() {
        let ends =
            |told: &[RefundState]| told.iter().fold(Sent, |status, told| moved_by(status, *told).unwrap_or(status));
        let (pending, well, ill) = (RefundState::Pending, RefundState::Succeeded, RefundState::Failed);
        for told in [[pending, well, ill], [well, ill, pending], [ill, well, pending], [ill, pending, well]] {
            assert_eq!(ends(&told), Failed, "{told:?}");
        }
        assert_eq!(ends(&[well, pending, well]), Succeeded);
        assert_eq!(ends(&[pending]), Sent);
    }

    #[test]
    fn an_event_asks_for_one_refund() {
        let event: EventId = "evt_01kdvdna0023hc8t35x63mc56q".parse().unwrap();
        assert_eq!(Refund::asked_by(event).to_string(), "rfd_01kdvdna0023hc8t35x63mc56q");
    }
}
