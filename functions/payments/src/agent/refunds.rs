//! Brings refunds to the gateway, each once, however often that is tried.
//!
//! **Whoever finds a refund SENT asks the gateway first which refunds it has**, and adopts the one that bears our id: so that a
//! try after a day, when the gateway has forgotten our keys, gives nothing back twice. Where the gateway keeps a failure under a
//! key and has no such refund, the next try has a key of its own.

use holdfast_core::{Causation, RefundId};
use holdfast_dynamo::CommitError;

use super::{Agent, AgentError};
use crate::cashier::Bearer;
use crate::domain::{Refund, RefundState, RefundStatus, RefundTold};
use crate::gateway::GatewayError;
use crate::wire::refunded;

/// What the gateway says when it never will: the money is not there any more, or was never taken.
const NEVER: [&str; 4] = ["charge_already_refunded", "charge_disputed", "charge_missing", "resource_missing"];

impl Agent {
    /// Brings a refund one step further: as far as the gateway says.
    pub(crate) async fn advance(&self, id: RefundId, cause: &Causation) -> Result<(), AgentError> {
        let payments = &self.cashier.payments;
        let Some(refund) = payments.refund(id).await? else { return Ok(()) };
        match refund.status {
            RefundStatus::Succeeded | RefundStatus::Failed => return Ok(()),
            RefundStatus::Sent => {
                let known = self.gateway.refunds_of(refund.intent_id.as_str()).await?;
                if let Some(told) = known.iter().filter_map(refunded).find(|told| told.refund == id) {
                    return self.told(&told, cause).await;
                }
            }
            RefundStatus::Requested => match payments.table.commit(payments.send(&refund, cause)).await {
                Ok(()) => {}
                // Somebody else is at it.
                Err(CommitError::Cancelled(_)) => return Ok(()),
                Err(CommitError::Store(error)) => return Err(error.into()),
            },
        }
        self.gives(&refund, cause).await
    }

    /// Has the gateway give the money back.
    async fn gives(&self, refund: &Refund, cause: &Causation) -> Result<(), AgentError> {
        let (payments, key) = (&self.cashier.payments, refund.gateway_key());
        match self.gateway.refund(refund.intent_id.as_str(), refund.id, refund.amount, &key).await {
            Ok(given) => match refunded(&given) {
                Some(told) => self.told(&told, cause).await,
                None => Err(GatewayError::Unclear.into()),
            },
            Err(GatewayError::Refused { code, .. }) if NEVER.contains(&code.as_str()) => {
                tracing::error!(refund_id = %refund.id, code, "refund.refused");
                self.told(&RefundTold { id: None, refund: refund.id, state: RefundState::Failed }, cause).await
            }
            Err(GatewayError::Broken500) => {
                match payments.table.commit(payments.rekey(refund)).await {
                    Ok(()) | Err(CommitError::Cancelled(_)) => {}
                    Err(CommitError::Store(error)) => return Err(error.into()),
                }
                Err(GatewayError::Broken500.into())
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn told(&self, told: &RefundTold, cause: &Causation) -> Result<(), AgentError> {
        self.cashier.refund(told, Bearer::Asked, cause).await?;
        Ok(())
    }
}
