//! Claims: what must happen once, although its event may come twice.
//!
//! A claim is an item by consumer, event and recipient. Whoever writes it first holds it for as long as its
//! lease; a holder that crashed loses it when the lease runs out, so that nothing stays undone.

use std::time::Duration;

use holdfast_core::{Ambient, EventId, Timestamp};
use holdfast_dynamo::{Attributes, CommitError, Item, Key, Reason, Store, Table};
use holdfast_runtime::{Init, InitError};
use serde::{Deserialize, Serialize};

use crate::consumer::ConsumeError;

/// How long a holder may work: longer than any consumer's timeout, so that nobody loses a claim alive, and
/// shorter than a queue's visibility timeout, so that the next delivery finds a dead holder's claim free.
const LEASE: Duration = Duration::from_secs(60);
/// How long a claim is remembered: longer than an event can lie in queue, dead-letter queue and redrive.
const REMEMBERED: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// One consumer's claims.
#[derive(Clone, Debug)]
pub struct Claims {
    table: Table,
    ambient: Ambient,
    consumer: &'static str,
}

/// What an attempt to claim found.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Claim {
    /// It is ours to do.
    Held(Held),
    /// It has been done.
    Done,
    /// Somebody else is doing it.
    InFlight,
}

/// A claim of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Held {
    key: Key,
    holder: String,
}

/// A claim as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct ClaimItem {
    consumer: String,
    event_id: EventId,
    recipient: String,
    state: State,
    /// Which attempt holds it: a claim that changed hands is not completed by the one that lost it.
    holder: String,
    /// Until when it is held, in milliseconds.
    lease_until_ms: i64,
    forgotten_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum State {
    Held,
    Done,
}

impl Item for ClaimItem {
    const ENTITY: &'static str = "claim";

    fn key(&self) -> Key {
        key(&self.consumer, self.event_id, &self.recipient)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.forgotten_at)
    }
}

fn key(consumer: &str, event: EventId, recipient: &str) -> Key {
    Key::new(format!("CLAIM#{consumer}#{event}"), format!("RECIPIENT#{recipient}"))
}

impl Claims {
    /// The claims of `consumer` in the table whose name the environment holds in `variable`.
    pub fn new(init: &Init, variable: &str, consumer: &'static str) -> Result<Self, InitError> {
        let table = Store::new(init).table(init, variable)?;
        Ok(Self { table, ambient: init.ambient.clone(), consumer })
    }

    /// Does `work` for this event and recipient (an id, never an address), unless it has been done.
    ///
    /// Failed work gives its claim back. Work that was done but could not be marked as such is done again:
    /// between twice and never, twice.
    pub async fn once<F>(&self, event: EventId, recipient: &str, work: F) -> Result<(), ConsumeError>
    where
        F: Future<Output = Result<(), ConsumeError>>,
    {
        match self.claim(event, recipient).await? {
            Claim::Done => Ok(()),
            Claim::InFlight => Err(ConsumeError::Retry("another attempt is at it".to_owned())),
            Claim::Held(held) => match work.await {
                Ok(()) => Ok(self.done(&held).await?),
                Err(error) => {
                    // When this fails too, the lease runs out.
                    let _ = self.give_back(&held).await;
                    Err(error)
                }
            },
        }
    }

    async fn claim(&self, event: EventId, recipient: &str) -> Result<Claim, ConsumeError> {
        let now = self.ambient.now();
        let id: [u8; 8] = self.ambient.bytes();
        let claim = ClaimItem {
            consumer: self.consumer.to_owned(),
            event_id: event,
            recipient: recipient.to_owned(),
            state: State::Held,
            holder: id.iter().map(|byte| format!("{byte:02x}")).collect(),
            lease_until_ms: now.saturating_add(LEASE).unwrap_or(now).as_millisecond(),
            forgotten_at: now.saturating_add(REMEMBERED).unwrap_or(now),
        };
        let held = Held { key: claim.key(), holder: claim.holder.clone() };
        let write = self.table.put(&claim);
        let write = write.when("attribute_not_exists(pk) OR (#state = :held AND #lease_until_ms <= :now)");
        let write = write.value(":held", State::Held).value(":now", now.as_millisecond());
        match self.table.commit(write).await {
            Ok(()) => Ok(Claim::Held(held)),
            Err(CommitError::Cancelled(reasons)) => found(reasons, held),
            Err(CommitError::Store(error)) => Err(error.into()),
        }
    }

    async fn done(&self, held: &Held) -> Result<(), ConsumeError> {
        self.change(held, "SET #state = :to", State::Done).await
    }

    async fn give_back(&self, held: &Held) -> Result<(), ConsumeError> {
        self.change(held, "SET #lease_until_ms = :to", 0).await
    }

    async fn change(&self, held: &Held, expression: &str, to: impl Serialize) -> Result<(), ConsumeError> {
        let change = self.table.update(held.key.clone(), expression).value(":to", to);
        let change = change.when("#holder = :holder").value(":holder", &held.holder);
        match self.table.commit(change).await {
            // Somebody else holds it by now, and will complete it.
            Ok(()) | Err(CommitError::Cancelled(_)) => Ok(()),
            Err(CommitError::Store(error)) => Err(error.into()),
        }
    }
}

/// What the claim that was there means to us.
fn found(reasons: Vec<Reason>, ours: Held) -> Result<Claim, ConsumeError> {
    let stored = reasons.into_iter().find_map(|reason| match reason {
        Reason::Condition(stored) => stored,
        Reason::Fine | Reason::Contention | Reason::Invalid(_) => None,
    });
    let stored = stored.ok_or_else(|| ConsumeError::Retry("the claim was not shown".to_owned()))?;
    let stored = read(stored)?;
    Ok(match stored.state {
        // Our own write, whose answer was lost.
        State::Held if stored.holder == ours.holder => Claim::Held(ours),
        State::Held => Claim::InFlight,
        State::Done => Claim::Done,
    })
}

fn read(stored: Attributes) -> Result<ClaimItem, ConsumeError> {
    Ok(ClaimItem::read(ClaimItem::VERSION, stored)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> EventId {
        "evt_00000000000000000000000001".parse().unwrap()
    }

    #[test]
    fn a_claim_lies_under_its_literal_key() {
        let key = key("notifications-send", event(), "usr_00000000000000000000000002");
        assert_eq!(key.pk, "CLAIM#notifications-send#evt_00000000000000000000000001");
        assert_eq!(key.sk, "RECIPIENT#usr_00000000000000000000000002");
    }

    fn stored(state: State, holder: &str) -> Vec<Reason> {
        let item = ClaimItem {
            consumer: "c".to_owned(),
            event_id: event(),
            recipient: "usr_1".to_owned(),
            state,
            holder: holder.to_owned(),
            lease_until_ms: 1,
            forgotten_at: Timestamp::UNIX_EPOCH,
        };
        vec![Reason::Condition(Some(serde_dynamo::to_item(item).unwrap()))]
    }

    #[test]
    fn what_was_there_says_whose_turn_it_is() {
        let ours = || Held { key: key("c", event(), "usr_1"), holder: "ours".to_owned() };
        assert_eq!(found(stored(State::Held, "ours"), ours()), Ok(Claim::Held(ours())));
        assert_eq!(found(stored(State::Held, "theirs"), ours()), Ok(Claim::InFlight));
        assert_eq!(found(stored(State::Done, "theirs"), ours()), Ok(Claim::Done));
        assert!(matches!(found(vec![Reason::Condition(None)], ours()), Err(ConsumeError::Retry(_))));
    }
}
