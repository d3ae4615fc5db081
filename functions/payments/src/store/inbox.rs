//! The inbox: what the gateway told, once each.

use holdfast_core::{Causation, OrderId, Timestamp};
use holdfast_dynamo::{Action, Query, StoreError, of_kind};
use serde::{Deserialize, Serialize};

use super::Payments;
use super::items::{InboxItem, MISMATCHED, PARKED, inbox_key, place};
use crate::domain::{GatewayId, IntentTold, Mismatch};
use crate::events::Happened;

/// An event of the gateway's, as it is kept.
#[derive(Clone, Debug)]
pub struct Inbox {
    /// Its id.
    pub event_id: GatewayId,
    /// As the gateway names it.
    pub kind: String,
}

/// What became of an event of the gateway's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Outcome {
    /// It did what it does.
    Applied,
    /// It changes nothing, or nobody here knows its type.
    Ignored,
    /// It waits for its order.
    Parked,
    /// It is of another account or another mode: people are told.
    Mismatched,
}

/// What waits for its order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parked {
    /// What was told.
    pub told: IntentTold,
}

/// How many waiting events are looked at in one go.
const AT_ONCE: u8 = 100;

impl Payments {
    /// Whether the gateway told this before.
    pub(crate) async fn was_told(&self, event: &GatewayId) -> Result<bool, StoreError> {
        Ok(self.table.get::<InboxItem>(&inbox_key(event)).await?.is_some())
    }

    /// The piece that keeps what was told: it cannot be kept twice.
    pub(crate) fn told(&self, inbox: &Inbox, outcome: Outcome) -> Action {
        self.table.put(&self.inbox_item(inbox, outcome)).if_absent()
    }

    /// The piece that keeps what waits for its order.
    pub(crate) fn park(&self, inbox: &Inbox, told: &IntentTold, cause: &Causation) -> Action {
        let parked = Some(Parked { told: told.clone() });
        let item = InboxItem { parked, version: Some(1), ..self.inbox_item(inbox, Outcome::Parked) };
        let event = self.event(&Happened::WebhookParked { kind: inbox.kind.clone() }, &inbox.event_id, cause);
        self.table.put_with(&item, &event).if_absent()
    }

    /// The piece that keeps what is of another account, or another mode.
    pub(crate) fn mismatched(
        &self,
        inbox: &Inbox,
        what: Mismatch,
        order_id: Option<OrderId>,
        cause: &Causation,
    ) -> Action {
        let item = InboxItem { version: Some(1), ..self.inbox_item(inbox, Outcome::Mismatched) };
        let event = self.event(&Happened::PaymentMismatched { order_id, what }, &inbox.event_id, cause);
        self.table.put_with(&item, &event).if_absent()
    }

    /// The piece that takes an event out of those that wait.
    pub(crate) fn unpark(&self, event: &GatewayId) -> Action {
        let action = self.table.update(inbox_key(event), "REMOVE #gsi1pk, #gsi1sk SET #outcome = :applied");
        action.when("#outcome = :parked").value(":applied", Outcome::Applied).value(":parked", Outcome::Parked)
    }

    /// What waits for its order, the longest first: each with since when.
    pub(crate) async fn parked(&self) -> Result<Vec<(Inbox, IntentTold, Timestamp)>, StoreError> {
        let found = self.table.places(&Query::gsi1(PARKED).limit(AT_ONCE)).await?;
        let keys: Vec<_> = found.into_iter().map(|(key, _)| key).collect();
        let mut items = of_kind::<InboxItem>(&self.table.get_all(&keys).await?)?;
        items.sort_by_key(|item| item.told_at);
        let parked = items.into_iter().filter(|item| item.outcome == Outcome::Parked).filter_map(|item| {
            let InboxItem { event_id, kind, told_at, parked, .. } = item;
            Some((Inbox { event_id, kind }, parked?.told, told_at))
        });
        Ok(parked.collect())
    }

    /// How many events of another account or another mode came since then.
    pub(crate) async fn mismatches_since(&self, since: Timestamp) -> Result<usize, StoreError> {
        let query = Query::gsi1(MISMATCHED).between(place(since, ""), "~").limit(AT_ONCE);
        Ok(self.table.places(&query).await?.len())
    }

    fn inbox_item(&self, inbox: &Inbox, outcome: Outcome) -> InboxItem {
        let Inbox { event_id, kind } = inbox.clone();
        InboxItem { event_id, kind, outcome, told_at: self.ambient.now(), version: None, parked: None }
    }
}
