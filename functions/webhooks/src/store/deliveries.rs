//! Events as they are delivered, and what became of each delivery.

use holdfast_core::{Causation, CursorError, CursorKey, Envelope, EventId, Page, WebhookDeliveryId, WebhookEndpointId};
use holdfast_dynamo::{Action, CommitError, Query, StoreError, of_kind};

use super::Webhooks;
use super::items::{
    DeliveryItem, EndpointItem, EventItem, deliveries_partition, delivery_key, event_key, events_partition, place,
};
use crate::domain::{Attempt, Delivery, Endpoint, Lane, Mark, Progress, Status, delivery_id};
use crate::events::Happened;

/// How many events of a lane are looked at together.
pub(crate) const LOOKED_AT: u8 = 10;

impl Webhooks {
    /// Keeps an event. One that is there already stays as it is.
    pub(crate) async fn keep(&self, envelope: &Envelope) -> Result<(), StoreError> {
        let Envelope { sequence, event, .. } = envelope;
        let item = EventItem {
            subject: event.subject.clone(),
            sequence: *sequence,
            event_id: event.id,
            event_type: event.kind.clone(),
            time: event.time,
            heard_at: self.ambient.now(),
            body: serde_json::to_string(envelope).unwrap_or_default(),
        };
        self.absent(self.table.put(&item).if_absent()).await
    }

    /// Notes that an event is to be delivered. A delivery that is known stays as it is.
    pub(crate) async fn intend(&self, endpoint: &Endpoint, envelope: &Envelope) -> Result<(), StoreError> {
        let Envelope { sequence, event, .. } = envelope;
        let delivery = Delivery {
            id: delivery_id(endpoint.id, event.id),
            endpoint_id: endpoint.id,
            epoch: endpoint.epoch,
            event_id: event.id,
            event_type: event.kind.clone(),
            subject: event.subject.clone(),
            sequence: *sequence,
            progress: Progress::Pending,
            mark: None,
            attempts: Vec::new(),
            attempt_count: 0,
            version: 0,
            created_at: self.ambient.now(),
            resent_for: None,
        };
        self.absent(self.table.put(&DeliveryItem { delivery }).if_absent()).await
    }

    async fn absent(&self, action: Action) -> Result<(), StoreError> {
        match self.table.commit(action).await {
            Ok(()) | Err(CommitError::Cancelled(_)) => Ok(()),
            Err(CommitError::Store(error)) => Err(error),
        }
    }

    /// The events that a lane's next step depends on, in the order of `sequence`.
    pub(crate) async fn events_for(&self, subject: &str, lane: &Lane) -> Result<Vec<EventItem>, StoreError> {
        if let Some(late) = lane.late.first() {
            return Ok(self.table.get(&event_key(subject, *late)).await?.into_iter().collect());
        }
        let query = Query::partition(events_partition(subject));
        let found = match lane.next {
            Some(next) => self.table.first(&query.between(place(next), "~").limit(LOOKED_AT)).await?,
            // Where a lane begins depends on all that there is.
            None => self.table.all(&query).await?,
        };
        of_kind(&found)
    }

    /// An event.
    pub(crate) async fn event_at(&self, subject: &str, sequence: u64) -> Result<Option<EventItem>, StoreError> {
        self.table.get(&event_key(subject, sequence)).await
    }

    /// A delivery.
    pub(crate) async fn delivery(&self, id: WebhookDeliveryId) -> Result<Option<Delivery>, StoreError> {
        Ok(self.table.get::<DeliveryItem>(&delivery_key(id)).await?.map(|item| item.delivery))
    }

    /// An endpoint's deliveries, the newest first.
    pub(crate) async fn deliveries(
        &self,
        endpoint: WebhookEndpointId,
        limit: u8,
        key: &CursorKey,
        cursor: Option<&str>,
    ) -> Result<Result<Page<Delivery>, CursorError>, StoreError> {
        let partition = deliveries_partition(endpoint);
        let query = Query::gsi1(&partition).newest_first().limit(limit);
        let page = self.table.list::<DeliveryItem>(query, key, &partition, cursor).await?;
        Ok(page.map(|page| {
            let items = page.items.into_iter().map(|item| item.delivery).collect();
            Page { items, next_cursor: page.next_cursor }
        }))
    }

    /// Writes what became of an attempt: what staff ask for meanwhile is another part of the item, and stays.
    ///
    /// It is not written over what another attempt has written since `before` was read.
    pub(crate) fn attempted(&self, before: &Delivery, attempt: Attempt, mark: Option<Mark>, end: Ending) -> Action {
        let mut after = before.clone();
        after.note(attempt);
        let expression = "SET #progress = :progress, #attempts = :attempts, #attempt_count = :attempt_count, #mark = :mark, #resent_for = :resent_for";
        let progress = match end {
            Ending::GivenUp => Progress::Failed,
            Ending::Open | Ending::Resent(_) => after.progress,
        };
        let resent_for = match end {
            Ending::Resent(request) => Some(request),
            Ending::Open | Ending::GivenUp => before.resent_for,
        };
        self.table
            .update(delivery_key(before.id), expression)
            .when("#attempt_count = :seen")
            .value(":progress", progress)
            .value(":attempts", &after.attempts)
            .value(":attempt_count", after.attempt_count)
            .value(":mark", mark.or(before.mark))
            .value(":resent_for", resent_for)
            .value(":seen", before.attempt_count)
    }

    /// Writes that staff want a delivery to be made again, if nobody has asked for that since it was read.
    pub(crate) fn resend_request(&self, delivery: &Delivery, cause: &Causation) -> Action {
        let Delivery { id, endpoint_id, event_id, version, .. } = *delivery;
        let event = self.event(&Happened::ResendRequested { endpoint_id, event_id }, id, cause);
        self.table
            .update(delivery_key(id), "SET #resend_requested_at = :now")
            .when("#version = :version")
            .value(":now", self.ambient.now())
            .value(":version", version)
            .event(&event)
    }

    /// Switches an endpoint off, because it took nothing for a day: unless somebody else has changed it.
    pub(crate) fn switch_off(&self, item: &EndpointItem, cause: &Causation) -> Action {
        let seen = item.endpoint.version;
        let mut item = item.clone();
        item.endpoint.status = Status::Disabled;
        item.endpoint.version = seen.saturating_add(1);
        let owner = item.endpoint.owner;
        self.change(&item, seen, &Happened::EndpointDisabled { owner }, cause)
    }
}

/// What an attempt was, or what follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// One of several.
    Open,
    /// The last.
    GivenUp,
    /// One that staff asked for, by this event.
    Resent(EventId),
}
