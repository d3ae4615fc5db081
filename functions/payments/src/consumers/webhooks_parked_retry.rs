//! webhooks-parked-retry: every five minutes, whether the orders are there by now that webhooks told of. What has waited for long,
//! or came from another account or mode, fails the run, so that its alarm rings.

use std::sync::Arc;
use std::time::Duration;

use holdfast_core::Timestamp;
use holdfast_dynamo::StoreError;
use holdfast_runtime::{EventHandler, FromInit, Function};
use serde_json::Value;

use crate::cashier::{Bearer, Cashier, Taken};
use crate::domain::Decision;
use crate::events::by_itself;

/// After this, people are told; money that still waits is from now on money that matches no order.
const PATIENCE: Duration = Duration::from_secs(3_600);
/// After this nobody waits any longer: the gateway has repeated itself for as long.
const GIVEN_UP_AFTER: Duration = Duration::from_secs(3 * 86_400);

impl Cashier {
    /// Takes up what waits for its order: how much has waited for too long.
    async fn retry_parked(&self) -> Result<usize, StoreError> {
        let now = self.ambient.now();
        let past = |since: Timestamp, patience| since.saturating_add(patience).is_ok_and(|end| end <= now);
        let (mut retried, mut late) = (0_usize, 0_usize);
        for (inbox, told, since) in self.payments.parked().await? {
            let cause = by_itself(&inbox.event_id);
            retried = retried.saturating_add(1);
            if self.intent(&told, Bearer::Parked(&inbox), &cause).await? != Taken::Did(Decision::Park) {
                continue;
            }
            if past(since, PATIENCE) {
                late = late.saturating_add(1);
                tracing::error!(gateway_event = %inbox.event_id, intent_id = %told.id, "webhook.parked_for_long");
                if told.is_paid() || past(since, GIVEN_UP_AFTER) {
                    self.give_up(&inbox, &told, &cause).await?;
                }
            }
        }
        let recent = now.checked_sub(PATIENCE).unwrap_or(now);
        let strange = self.payments.mismatches_since(recent).await?;
        tracing::info!(retried, late, strange, "webhooks.retried");
        Ok(late.saturating_add(strange))
    }
}

/// webhooks-parked-retry.
pub fn function() -> Function {
    Function::event("webhooks-parked-retry", |init| async move {
        let cashier = Arc::new(Cashier::from_init(&init).await?);
        let handler: EventHandler = Arc::new(move |_| {
            let cashier = Arc::clone(&cashier);
            Box::pin(async move {
                match cashier.retry_parked().await? {
                    0 => Ok(Value::Null),
                    found => Err(format!("{found} webhooks are for people to look at").into()),
                }
            })
        });
        Ok(handler)
    })
}
