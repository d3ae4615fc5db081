//! payments-reconcile: every five minutes, whatever webhooks did not tell. Each intent is followed until the gateway says that it
//! is over, and each refund until it has gone back or cannot. Money that matches no order, and a refund that has failed, fail the
//! run, so that its alarm rings.

use std::sync::Arc;
use std::time::Duration;

use holdfast_dynamo::{CommitError, StoreError};
use holdfast_runtime::{EventHandler, FromInit, Function, Init, InitError};
use serde_json::Value;

use crate::agent::{Agent, AgentError};
use crate::events::by_itself;

/// For so long a failed refund has people called.
const CALLED_FOR: Duration = Duration::from_secs(3_600);

/// Reconciles.
#[derive(Clone, Debug)]
struct Reconciler {
    agent: Agent,
    /// How long money that matches no order waits before it goes back.
    grace: Duration,
}

impl FromInit for Reconciler {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        let hours: u64 = init.env.parse("UNMATCHED_GRACE_HOURS")?;
        let grace = Duration::from_secs(hours.saturating_mul(3_600));
        Ok(Self { agent: Agent::from_init(init).await?, grace })
    }
}

/// What a run did.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    asked: usize,
    refunds: usize,
    failed: usize,
    unmatched: usize,
    lost: usize,
}

impl Reconciler {
    async fn run(&self) -> Result<Sum, StoreError> {
        let cashier = &self.agent.cashier;
        let mut sum = Sum { unmatched: self.unmatched().await?, ..Sum::default() };
        let quiet = self.intents(&mut sum).await? || self.refunds(&mut sum).await?;
        let now = cashier.ambient.now();
        sum.lost = cashier.payments.failed_since(now.checked_sub(CALLED_FOR).unwrap_or(now)).await?;
        tracing::info!(
            asked = sum.asked,
            refunds = sum.refunds,
            failed = sum.failed,
            unmatched = sum.unmatched,
            lost = sum.lost,
            quiet,
            "payments.reconciled"
        );
        Ok(sum)
    }

    /// Asks about intents that have been silent. Whether the gateway is silent, too.
    async fn intents(&self, sum: &mut Sum) -> Result<bool, StoreError> {
        let payments = &self.agent.cashier.payments;
        for payment in payments.silent().await? {
            let looked = self.agent.look(&payment, &by_itself(&payment.intent_id)).await;
            if looked.as_ref().is_err_and(AgentError::is_silence) {
                return Ok(true);
            }
            sum.asked = sum.asked.saturating_add(1);
            if let Err(error) = looked {
                sum.failed = sum.failed.saturating_add(1);
                tracing::warn!(intent_id = %payment.intent_id, %error, "intent.not_reconciled");
            }
            // Whatever came of it, the others are looked at before it is again.
            match payments.table.commit(payments.look_again(&payment)).await {
                Ok(()) | Err(CommitError::Cancelled(_)) => {}
                Err(CommitError::Store(error)) => return Err(error),
            }
        }
        Ok(false)
    }

    /// Brings refunds on that are under way. Whether the gateway is silent.
    async fn refunds(&self, sum: &mut Sum) -> Result<bool, StoreError> {
        for refund in self.agent.cashier.payments.refunds_under_way().await? {
            let advanced = self.agent.advance(refund.id, &by_itself(refund.id)).await;
            if advanced.as_ref().is_err_and(AgentError::is_silence) {
                return Ok(true);
            }
            sum.refunds = sum.refunds.saturating_add(1);
            if let Err(error) = advanced {
                sum.failed = sum.failed.saturating_add(1);
                tracing::warn!(refund_id = %refund.id, %error, "refund.not_reconciled");
            }
        }
        Ok(false)
    }

    /// Sends back what has waited long enough for an order; how much still waits.
    async fn unmatched(&self) -> Result<usize, StoreError> {
        let cashier = &self.agent.cashier;
        let mut waiting = 0_usize;
        for (payment, since) in cashier.payments.unmatched_money().await? {
            let due = since.saturating_add(self.grace).is_ok_and(|due| due <= cashier.ambient.now());
            if due {
                cashier.return_unmatched(&payment, &by_itself(&payment.intent_id)).await?;
            } else {
                waiting = waiting.saturating_add(1);
            }
        }
        Ok(waiting)
    }
}

/// payments-reconcile.
pub fn function() -> Function {
    Function::event("payments-reconcile", |init| async move {
        let reconciler = Arc::new(Reconciler::from_init(&init).await?);
        let handler: EventHandler = Arc::new(move |_| {
            let reconciler = Arc::clone(&reconciler);
            Box::pin(async move {
                let sum = reconciler.run().await?;
                match (sum.unmatched, sum.lost) {
                    (0, 0) => Ok(Value::Null),
                    (waiting, lost) => {
                        Err(format!("{waiting} payments match no order, {lost} refunds have failed").into())
                    }
                }
            })
        });
        Ok(handler)
    })
}
