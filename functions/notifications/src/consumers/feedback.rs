//! mail-feedback: mails that came back, and those that were called a nuisance.

use holdfast_core::Causation;
use holdfast_events::{ConsumeError, NoteConsumer, notes};
use holdfast_runtime::{FromInit, Function, Init, InitError};
use serde::Deserialize;

use crate::domain::Why;
use crate::store::{Ledger, Mark};

/// Remembers to which addresses nothing is to be sent.
#[derive(Clone)]
pub struct Feedback(Ledger);

/// What the rules make of SES's events: which mail it was, and by what stands for it, to which address. The address itself stays
/// out of the queue.
#[derive(Debug, Deserialize)]
pub struct Told {
    why: Why,
    address: String,
    event_id: String,
}

impl FromInit for Feedback {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ledger::from_init(init).await.map(Self)
    }
}

impl NoteConsumer for Feedback {
    type Note = Told;

    async fn handle(&self, told: Told) -> Result<(), ConsumeError> {
        let mark = Mark::read(&told.address);
        let mark = mark.ok_or_else(|| ConsumeError::Poison("the mail's tag stands for no address".to_owned()))?;
        let causation_id = told.event_id.parse().ok();
        let cause = Causation { correlation_id: told.event_id, causation_id, ..Causation::default() };
        Ok(self.0.suppress(&mark, told.why, &cause).await?)
    }
}

/// mail-feedback.
pub fn function() -> Function {
    notes::<Feedback>("mail-feedback")
}
