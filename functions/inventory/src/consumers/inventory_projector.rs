//! inventory-projector: what the table's stream sets off beside its events. Movements, levels, and looks at reservations
//! whose time is up.

use std::sync::Arc;

use holdfast_core::Envelope;
use holdfast_events::stream::{self, Unreadable};
use holdfast_events::{ConsumeError, Failures};
use holdfast_runtime::{BoxError, EventHandler, FromInit, Function, Init, InitError};
use serde_json::Value;

use super::reminders::Reminders;
use crate::domain::{Expiry, Reservation};
use crate::events::{by_itself, caused_by};
use crate::holds::Ending;
use crate::store::{ArticleItem, Inventory, ReservationItem, StockItem, TimerItem, movement};

/// As whom the table speaks on the bus.
const SOURCE: &str = "holdfast.inventory";

/// Projects the table's stream.
#[derive(Clone, Debug)]
struct Projector<E> {
    inventory: Inventory,
    ending: E,
    reminders: Reminders,
}

impl<E: Ending> FromInit for Projector<E> {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        let inventory = Inventory::from_init(init).await?;
        Ok(Self { inventory, ending: E::from_init(init).await?, reminders: Reminders::from_init(init).await? })
    }
}

impl<E: Ending> Projector<E> {
    /// Projects a batch in its order, up to the first record that fails: from there on it comes again. Nothing is skipped.
    async fn project(&self, batch: Value) -> Result<Value, BoxError> {
        let records = batch.get("Records").and_then(Value::as_array).ok_or("the event is not a stream's")?;
        let mut failures = Failures::none();
        for record in records {
            if let Err(error) = self.project_one(record).await {
                let sequence_number = stream::sequence_number(record).ok_or("a record has no place")?;
                tracing::error!(sequence_number, %error, "projector.stuck");
                failures.add(sequence_number);
                break;
            }
        }
        Ok(failures.answer())
    }

    async fn project_one(&self, record: &Value) -> Result<(), ConsumeError> {
        let poison = |Unreadable(reason): Unreadable| ConsumeError::Poison(reason.to_owned());
        if let Some(change) = stream::change_of::<TimerItem>(record).map_err(poison)? {
            let gone = change.old.filter(|_| change.new.is_none());
            return match gone {
                Some(timer) => self.look(&timer).await,
                None => Ok(()),
            };
        }
        let Some(told) = stream::new_event(SOURCE, record).map_err(poison)? else { return Ok(()) };
        if let Some(change) = stream::change_of::<StockItem>(record).map_err(poison)? {
            let cause = caused_by(&told.event);
            let Some(movement) = movement(change, told.event) else { return Ok(()) };
            let sku = movement.sku.clone();
            self.inventory.record(movement).await?;
            return Ok(self.inventory.level(&sku, &cause).await?);
        }
        if let Some(change) = stream::change_of::<ArticleItem>(record).map_err(poison)? {
            let Some(article) = change.new else { return Ok(()) };
            return Ok(self.inventory.level(&article.sku, &caused_by(&told.event)).await?);
        }
        if let Some(change) = stream::change_of::<ReservationItem>(record).map_err(poison)? {
            let made = change.new.filter(|_| change.old.is_none()).map(Reservation::from);
            return match made {
                Some(reservation) => self.remind(&reservation, &told).await,
                None => Ok(()),
            };
        }
        Ok(())
    }

    /// A new reservation: somebody looks when its time is up.
    async fn remind(&self, reservation: &Reservation, made: &Envelope) -> Result<(), ConsumeError> {
        let in_s = match reservation.expiry(self.inventory.ambient.now()) {
            Expiry::In(seconds) => seconds,
            Expiry::Due => 0,
            Expiry::Over => return Ok(()),
        };
        self.reminders.remind(made, in_s).await
    }

    /// A timer is gone: its reservation's time is up, if it is still there.
    async fn look(&self, timer: &TimerItem) -> Result<(), ConsumeError> {
        let id = timer.reservation_id;
        match self.inventory.expire_if_due(id, &self.ending, &by_itself(id)).await? {
            Expiry::Due | Expiry::Over => Ok(()),
            // DynamoDB's clock is ahead of ours.
            Expiry::In(_) => Err(ConsumeError::Retry("the timer went off early".to_owned())),
        }
    }
}

/// inventory-projector.
pub fn function<E: Ending>() -> Function {
    Function::event("inventory-projector", |init| async move {
        let projector = Arc::new(Projector::<E>::from_init(&init).await?);
        let handler: EventHandler = Arc::new(move |batch| {
            let projector = Arc::clone(&projector);
            Box::pin(async move { projector.project(batch).await })
        });
        Ok(handler)
    })
}
