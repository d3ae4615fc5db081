//! The gateway's events and objects, as it writes them, and what they tell.

use serde::Deserialize;
use serde_json::Value;

use crate::domain::{GatewayId, GatewayIdError, IntentState, IntentTold, RefundState, RefundTold};
use crate::gateway::{GatewayRefund, Intent, IntentStatus, RefundStatus};

/// The longest word of somebody else's that is kept, in characters.
const LONGEST_WORD: usize = 100;

/// An event.
#[derive(Debug, Deserialize)]
pub(crate) struct Event {
    pub(crate) id: GatewayId,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) livemode: bool,
    /// Whose, where a platform has several.
    #[serde(default)]
    pub(crate) account: Option<String>,
    data: Data,
}

#[derive(Debug, Deserialize)]
struct Data {
    object: Value,
}

/// What an event tells, as far as it matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// Of an intent.
    Intent(IntentTold),
    /// Of a refund of ours.
    Refund(RefundTold),
    /// Of something else.
    Else,
}

impl Event {
    /// Reads an event; its type is kept short.
    pub(crate) fn read(body: &[u8]) -> Result<Self, serde_json::Error> {
        let event: Self = serde_json::from_slice(body)?;
        Ok(Self { kind: word(&event.kind), ..event })
    }

    /// What it tells. Where an object is not what its type says, nothing can be made of it.
    pub(crate) fn told(&self) -> Result<Told, String> {
        let unreadable = |error: serde_json::Error| error.to_string();
        if self.kind.starts_with("payment_intent.") {
            let intent = Intent::deserialize(&self.data.object).map_err(unreadable)?;
            let told = told(&intent).map_err(|error| error.to_string())?;
            // A failure is told once: what is asked about later may still say why the last attempt failed.
            let failed = self.kind == "payment_intent.payment_failed" && told.state == IntentState::Open;
            let code = || intent.failure.as_deref().map_or_else(|| "unknown".to_owned(), word);
            return Ok(Told::Intent(if failed {
                IntentTold { state: IntentState::Failed(code()), ..told }
            } else {
                told
            }));
        }
        // `charge.refund.updated` is what older versions call it.
        if self.kind.starts_with("refund.") || self.kind == "charge.refund.updated" {
            let refund = GatewayRefund::deserialize(&self.data.object).map_err(unreadable)?;
            return Ok(refunded(&refund).map_or(Told::Else, Told::Refund));
        }
        Ok(Told::Else)
    }
}

/// What an intent tells.
pub(crate) fn told(intent: &Intent) -> Result<IntentTold, GatewayIdError> {
    let state = match intent.status {
        IntentStatus::Succeeded => IntentState::Succeeded,
        IntentStatus::Canceled => IntentState::Cancelled,
        IntentStatus::RequiresPaymentMethod
        | IntentStatus::RequiresConfirmation
        | IntentStatus::RequiresAction
        | IntentStatus::Processing
        | IntentStatus::RequiresCapture => IntentState::Open,
    };
    let order = intent.order.as_deref().map(word);
    let (id, amount, received) = (intent.id.parse()?, intent.amount.amount, intent.received.amount);
    Ok(IntentTold { id, order, state, amount, received, currency: intent.amount.currency })
}

/// What a refund tells. One that bears none of our ids is somebody else's doing, at the gateway itself.
pub(crate) fn refunded(refund: &GatewayRefund) -> Option<RefundTold> {
    let state = match refund.status {
        RefundStatus::Succeeded => RefundState::Succeeded,
        RefundStatus::Failed | RefundStatus::Canceled => RefundState::Failed,
        RefundStatus::Pending | RefundStatus::RequiresAction => RefundState::Pending,
    };
    Some(RefundTold { id: Some(refund.id.parse().ok()?), refund: refund.refund.as_deref()?.parse().ok()?, state })
}

fn word(text: &str) -> String {
    text.chars().take(LONGEST_WORD).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(kind: &str, object: Value) -> Result<Told, String> {
        let body = json!({"id": "evt_1", "type": kind, "livemode": false, "data": {"object": object}});
        Event::read(body.to_string().as_bytes()).unwrap().told()
    }

    fn intent(status: &str) -> Value {
        json!({
            "id": "pi_1", "amount": 1999, "amount_received": 1999, "currency": "usd", "status": status,
            "livemode": false, "metadata": {"order_id": "ord_1"},
            "last_payment_error": {"code": "card_declined", "decline_code": "lost_card"},
        })
    }

    #[test]
    fn an_intent_is_read_by_its_status() {
        for (kind, status, state) in [
            ("payment_intent.succeeded", "succeeded", IntentState::Succeeded),
            ("payment_intent.canceled", "canceled", IntentState::Cancelled),
            ("payment_intent.processing", "processing", IntentState::Open),
            ("payment_intent.requires_action", "requires_action", IntentState::Open),
            ("payment_intent.payment_failed", "requires_payment_method", IntentState::Failed("lost_card".to_owned())),
            // Told late, after it has been paid: what it is counts, and not what it was called.
            ("payment_intent.payment_failed", "succeeded", IntentState::Succeeded),
        ] {
            let Ok(Told::Intent(told)) = told(kind, intent(status)) else { panic!("{kind} is of an intent") };
            assert_eq!((told.state, told.order.as_deref(), told.received), (state, Some("ord_1"), 1999), "{kind}");
        }
        let mut wrong = intent("succeeded");
        wrong["currency"] = json!("xxz");
        assert!(told("payment_intent.succeeded", wrong).is_err());
        assert!(told("payment_intent.succeeded", json!({"id": "pi_1"})).is_err());
    }

    #[test]
    fn a_refund_is_ours_if_it_says_so() {
        let refund = |metadata: Value| json!({"id": "re_1", "amount": 5, "currency": "usd", "status": "failed", "metadata": metadata});
        let ours = json!({"refund_id": "rfd_01kdvdna0023hc8t35x63mc56q"});
        let Ok(Told::Refund(state)) = told("refund.failed", refund(ours)) else { panic!("it is ours") };
        assert_eq!((state.state, state.id), (RefundState::Failed, "re_1".parse().ok()));
        assert_eq!(told("refund.failed", refund(json!({}))), Ok(Told::Else));
        assert_eq!(told("charge.refunded", json!({"id": "ch_1"})), Ok(Told::Else));
        assert_eq!(told("customer.created", json!({"email": "a@example.test"})), Ok(Told::Else));
    }
}
