//! reservations-expire: looks at a reservation when its message comes, and lets go what nobody fetched.

use holdfast_core::{Envelope, ReservationId};
use holdfast_events::{ConsumeError, Consumer, queue};
use holdfast_runtime::{FromInit, Function, Init, InitError};

use super::reminders::Reminders;
use crate::domain::Expiry;
use crate::events::caused_by;
use crate::holds::Ending;
use crate::store::Inventory;

/// Expires reservations.
#[derive(Clone, Debug)]
pub struct Expirer<E> {
    inventory: Inventory,
    ending: E,
    reminders: Reminders,
}

impl<E: Ending> FromInit for Expirer<E> {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        let inventory = Inventory::from_init(init).await?;
        Ok(Self { inventory, ending: E::from_init(init).await?, reminders: Reminders::from_init(init).await? })
    }
}

impl<E: Ending> Consumer for Expirer<E> {
    async fn handle(&self, made: Envelope) -> Result<(), ConsumeError> {
        let id: Result<ReservationId, _> = made.event.subject.parse();
        let id = id.map_err(|_| ConsumeError::Poison("the event's subject is no reservation".to_owned()))?;
        match self.inventory.expire_if_due(id, &self.ending, &caused_by(&made.event)).await? {
            Expiry::Due | Expiry::Over => Ok(()),
            // Too early is no failure: a queue holds back for 15 minutes at most. The rest is waited for anew.
            Expiry::In(seconds) => self.reminders.remind(&made, seconds).await,
        }
    }
}

/// reservations-expire.
pub fn function<E: Ending>() -> Function {
    queue::<Expirer<E>>("reservations-expire")
}
