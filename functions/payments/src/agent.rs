//! Speaks with the gateway for the shop: asks what has become of intents, calls off those that nobody may pay any more, and
//! brings refunds. What it hears goes to the cashier, as a webhook does.

mod refunds;

use holdfast_core::{Causation, OrderId};
use holdfast_dynamo::StoreError;
use holdfast_events::ConsumeError;
use holdfast_orders::domain::{Order, Status};
use holdfast_runtime::{FromInit, Init, InitError};

use crate::cashier::{Bearer, Cashier};
use crate::domain::{Payment, PaymentState};
use crate::gateway::{Gateway, GatewayError};
use crate::wire::told;

/// Speaks with the gateway for the shop.
#[derive(Clone, Debug)]
pub struct Agent {
    pub(crate) cashier: Cashier,
    gateway: Gateway,
}

/// Why something is not where it should be yet.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AgentError {
    /// The gateway cannot be asked, or what it did is not known.
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    /// The table did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AgentError {
    /// Whether there is no use in asking the gateway for anything else at the moment.
    pub(crate) fn is_silence(&self) -> bool {
        match self {
            Self::Gateway(GatewayError::Unavailable { .. }) => true,
            Self::Gateway(GatewayError::Unclear | GatewayError::Refused { .. } | GatewayError::Broken500)
            | Self::Store(_) => false,
        }
    }
}

impl From<AgentError> for ConsumeError {
    fn from(error: AgentError) -> Self {
        match error {
            AgentError::Gateway(error) => Self::Retry(error.to_string()),
            AgentError::Store(error) => error.into(),
        }
    }
}

impl FromInit for Agent {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self { cashier: Cashier::from_init(init).await?, gateway: Gateway::from_init(init).await? })
    }
}

impl Agent {
    /// Asks what has become of an intent. One whose order cannot be paid any more is called off; if it was paid in the meantime,
    /// its money came late.
    pub(crate) async fn look(&self, payment: &Payment, cause: &Causation) -> Result<(), AgentError> {
        let order = match payment.order_id {
            Some(id) => self.cashier.orders.order(id).await?,
            None => None,
        };
        let id = payment.intent_id.as_str();
        let intent = if order.as_ref().is_some_and(can_be_paid) {
            self.gateway.intent(id).await?
        } else {
            self.gateway.cancel_intent(id).await?
        };
        let told = told(&intent).map_err(|_| GatewayError::Unclear)?;
        self.cashier.intent(&told, Bearer::Asked, cause).await?;
        Ok(())
    }

    /// Looks after all intents of an order that has ended.
    pub(crate) async fn call_off(&self, order: OrderId, cause: &Causation) -> Result<(), AgentError> {
        for payment in self.cashier.payments.payments_of(order).await? {
            if payment.state == PaymentState::Open {
                self.look(&payment, cause).await?;
            }
        }
        Ok(())
    }
}

/// Whether money for an order would be of use.
pub(crate) fn can_be_paid(order: &Order) -> bool {
    match order.status {
        Status::Pending | Status::Review => true,
        Status::Paid
        | Status::Processing
        | Status::Shipped
        | Status::Delivered
        | Status::ReturnRequested
        | Status::Returned
        | Status::Cancelled
        | Status::Expired => false,
    }
}
