//! Refunds: never more than was captured, and some of them fail when nobody thinks of them any more.

use serde_json::{Value, json};

use super::cards::{Card, Refunds};
use super::desk::{Desk, Job};
use super::form::Form;
use super::objects::{Charge, Intent, Refund, RefundStatus};
use super::refused::{Refused, Trouble};

impl Desk<'_> {
    /// `POST /v1/refunds`
    pub(super) fn create_refund(&self, mut form: Form) -> Result<Value, Trouble> {
        let (intent, charge) = (form.text("payment_intent")?, form.text("charge")?);
        let amount = form.number("amount")?;
        let reason = form.one_of("reason", &["duplicate", "fraudulent", "requested_by_customer"])?;
        let metadata = form.metadata()?;
        form.nothing_else()?;
        let mut charge = self.charge_to_refund(intent, charge)?;
        let left = charge.refundable();
        if left == 0 {
            let message = format!("The charge {} has been refunded.", charge.id);
            let refused = Refused::invalid(Some("charge_already_refunded"), message);
            return Err(Refused { begun: true, ..refused }.into());
        }
        let amount = amount.unwrap_or(left);
        if amount == 0 {
            return Err(Refused::parameter("amount", Some("parameter_invalid_integer"), "must be 1 at least.").into());
        }
        if amount > left {
            let reason = format!("is {amount}, and {left} of the charge is left to refund.");
            return Err(Refused { begun: true, ..Refused::parameter("amount", None, &reason) }.into());
        }
        let card = Card::find(&charge.payment_method);
        let becomes = card.map_or(Refunds::AtOnce, |card| card.refunds);
        let refund = Refund {
            id: self.id("re"),
            amount,
            charge: charge.id.clone(),
            created: self.now_s(),
            currency: charge.currency.clone(),
            failure_reason: None,
            metadata,
            payment_intent: charge.payment_intent.clone(),
            reason,
            status: match becomes {
                Refunds::AtOnce | Refunds::Fails => RefundStatus::Succeeded,
                Refunds::Later => RefundStatus::Pending,
            },
        };
        charge.amount_refunded += amount;
        charge.refunded = charge.refundable() == 0;
        self.keep(&charge)?;
        self.keep(&refund)?;
        self.tell("refund.created", &refund)?;
        self.tell("charge.refunded", &charge)?;
        match becomes {
            Refunds::AtOnce => {}
            Refunds::Later => self.later(self.late, &Job::Refund { refund: refund.id.clone(), well: true })?,
            Refunds::Fails => self.later(self.late, &Job::Refund { refund: refund.id.clone(), well: false })?,
        }
        Ok(json!(refund))
    }

    /// A refund that was under way comes to its end.
    pub(super) fn end_refund(&self, id: &str, well: bool) -> Result<(), Trouble> {
        let mut refund: Refund = self.find(id, "refund")?;
        if well {
            refund.status = RefundStatus::Succeeded;
            self.keep(&refund)?;
            return self.tell("refund.updated", &refund);
        }
        refund.status = RefundStatus::Failed;
        refund.failure_reason = Some("expired_or_canceled_card".to_owned());
        self.keep(&refund)?;
        let mut charge: Charge = self.find(&refund.charge, "charge")?;
        charge.amount_refunded = charge.amount_refunded.saturating_sub(refund.amount);
        charge.refunded = false;
        self.keep(&charge)?;
        self.tell("refund.updated", &refund)?;
        self.tell("refund.failed", &refund)
    }

    fn charge_to_refund(&self, intent: Option<String>, charge: Option<String>) -> Result<Charge, Trouble> {
        let found = match (intent, charge) {
            (None, None) => return Err(Refused::missing("payment_intent").into()),
            (Some(_), Some(_)) => {
                return Err(Refused::parameter("charge", None, "cannot be there beside payment_intent.").into());
            }
            (None, Some(id)) => Some(self.find(&id, "charge")?),
            (Some(id), None) => {
                let intent: Intent = self.find(&id, "payment_intent")?;
                intent.latest_charge.map(|id| self.find::<Charge>(&id, "charge")).transpose()?
            }
        };
        found.filter(|charge| charge.captured).ok_or_else(|| {
            let refused = Refused::parameter("payment_intent", None, "has no successful charge to refund.");
            Refused { begun: true, ..refused }.into()
        })
    }
}
