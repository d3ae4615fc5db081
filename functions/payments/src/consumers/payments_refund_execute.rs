//! payments-refund-execute: brings every refund to the gateway, whoever asked for it.

use holdfast_core::{Envelope, RefundId};
use holdfast_events::{ConsumeError, Consumer, queue};
use holdfast_runtime::{FromInit, Function, Init, InitError};

use crate::agent::Agent;
use crate::events::caused_by;

/// Brings refunds.
#[derive(Clone, Debug)]
pub struct Bringer(Agent);

impl FromInit for Bringer {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Agent::from_init(init).await.map(Self)
    }
}

impl Consumer for Bringer {
    async fn handle(&self, asked: Envelope) -> Result<(), ConsumeError> {
        let id = asked.event.subject.parse::<RefundId>();
        let id = id.map_err(|_| ConsumeError::Poison("the event's subject is no refund".to_owned()))?;
        Ok(self.0.advance(id, &caused_by(&asked.event)).await?)
    }
}

/// payments-refund-execute.
pub fn function() -> Function {
    queue::<Bringer>("payments-refund-execute")
}
