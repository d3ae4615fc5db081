//! webhook-deliver: tells endpoints what happened, each subject's events in their order.
//!
//! What is heard is kept first, and what is to be delivered is noted; only then a lane is worked on. Whoever finds a lane in
//! work leaves a note there and goes: a lane has one at work at a time, and whoever has it does what came meanwhile.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures::future::{try_join, try_join_all};
use holdfast_core::{Ambient, Causation, Envelope, Timestamp, WebhookDeliveryId, WebhookEndpointId};
use holdfast_dynamo::{CommitError, StoreError};
use holdfast_events::{ConsumeError, Consumer, queue};
use holdfast_runtime::{FromInit, Function, Init, InitError};
use jiff::SignedDuration;

use super::looks::{Look, Looks};
use crate::courier::Courier;
use crate::domain::{Attempt, Delivery, Endpoint, Heard, Mark, Progress, Step, Verdict, delivery_id};
use crate::store::{Ending, EventItem, Held, KEPT_FOR, Webhooks};

/// How many deliveries are made before the rest is left to another message: all that wait for an answer until they time out
/// must fit into the function's own time.
const MOST_DELIVERIES: u32 = 3;
/// How exactly it is known when an endpoint last took something.
const SUCCESS_KNOWN_TO: SignedDuration = SignedDuration::from_hours(1);

/// Delivers.
#[derive(Clone, Debug)]
pub struct Deliverer {
    webhooks: Webhooks,
    courier: Courier,
    looks: Looks,
    ambient: Ambient,
    /// When it was last noted here that an endpoint took something.
    noted: Arc<Mutex<HashMap<WebhookEndpointId, Timestamp>>>,
}

impl FromInit for Deliverer {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        let (webhooks, courier) = (Webhooks::from_init(init).await?, Courier::from_init(init).await?);
        let looks = Looks::from_init(init).await?;
        Ok(Self { webhooks, courier, looks, ambient: init.ambient.clone(), noted: Arc::default() })
    }
}

impl Consumer for Deliverer {
    async fn handle(&self, envelope: Envelope) -> Result<(), ConsumeError> {
        match Look::read(&envelope) {
            Some(look) => self.looked(look?, &envelope.event.subject).await,
            None => {
                let again = resend_of(&envelope)?.map(|delivery| self.resend(delivery, &envelope));
                try_join(self.heard(&envelope), async {
                    match again {
                        Some(again) => again.await,
                        None => Ok(()),
                    }
                })
                .await
                .map(drop)
            }
        }
    }
}

/// Why a lane is worked on.
#[derive(Clone, Copy, Debug)]
enum Cause {
    /// This event has come.
    Came(u64),
    /// It was to be looked at then.
    Look(Timestamp),
}

/// What became of one delivery.
enum Made {
    /// The receiver has it, now or before, or it was given up: the lane goes on.
    Done,
    /// It is tried again later.
    Later,
    /// Its endpoint was switched off.
    Off,
}

impl Deliverer {
    /// Keeps what happened, and works on the lanes that it belongs to.
    async fn heard(&self, envelope: &Envelope) -> Result<(), ConsumeError> {
        let event = &envelope.event;
        // So old is only what somebody replays: whoever wanted it has had it.
        let oldest = self.ambient.now().saturating_sub(KEPT_FOR).unwrap_or(Timestamp::MIN);
        if event.time < oldest {
            return Ok(());
        }
        let endpoints = self.webhooks.endpoints().await?;
        let hearing: Vec<_> = endpoints.iter().filter(|endpoint| endpoint.hears(event.time)).collect();
        if hearing.is_empty() {
            return Ok(());
        }
        let (wanting, others): (Vec<_>, Vec<_>) = hearing.into_iter().partition(|endpoint| endpoint.wants(&event.kind));
        try_join_all(wanting.iter().map(|endpoint| self.webhooks.intend(endpoint, envelope))).await?;
        // Only then, because a lane passes what is kept and not to be delivered. And also what none of them wants: that it
        // happened says that nothing is missing.
        self.webhooks.keep(envelope).await?;
        let waiting = self.webhooks.waiting(&others, &event.subject).await?;
        let others = others.into_iter().filter(|endpoint| waiting.contains(&endpoint.id));
        let lanes = wanting.into_iter().chain(others);
        let works = lanes.map(|endpoint| self.work(endpoint, &event.subject, Cause::Came(envelope.sequence)));
        try_join_all(works).await.map(drop)
    }

    /// Looks at a lane again.
    async fn looked(&self, look: Look, subject: &str) -> Result<(), ConsumeError> {
        let lane = self.webhooks.lane(look.endpoint_id, subject).await?;
        // Another look is on its way, or none is needed any more.
        if lane.is_none_or(|lane| lane.look_at != Some(look.at)) {
            return Ok(());
        }
        if self.ambient.now() < look.at {
            // Too early is no failure: a queue holds back for 15 minutes at most. The rest is waited for anew.
            return self.looks.then(look, subject).await;
        }
        match self.webhooks.endpoint(look.endpoint_id).await? {
            Some(endpoint) if endpoint.hears(self.ambient.now()) => {
                self.work(&endpoint, subject, Cause::Look(look.at)).await
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Works on a lane until there is nothing to do, or enough was done.
    async fn work(&self, endpoint: &Endpoint, subject: &str, cause: Cause) -> Result<(), ConsumeError> {
        let (came, look) = match cause {
            Cause::Came(sequence) => (Some(sequence), None),
            Cause::Look(at) => (None, Some(at)),
        };
        let Some(mut held) = self.webhooks.take(endpoint, subject, came).await? else { return Ok(()) };
        // This look is no longer on its way.
        held.lane.look_at = held.lane.look_at.filter(|at| Some(*at) != look);
        let mut left = MOST_DELIVERIES;
        loop {
            self.find_late(endpoint, subject, &mut held).await?;
            let look_at = self.advance(endpoint, subject, &mut held, &mut left).await?;
            // First the message, then the note that it is on its way: whoever dies between the two leaves one that nobody heeds.
            if let Some(at) = look_at.filter(|at| held.lane.look_at != Some(*at)) {
                self.looks.then(Look { endpoint_id: endpoint.id, at }, subject).await?;
            }
            held.lane.look_at = look_at;
            match self.webhooks.release(held).await? {
                None => return Ok(()),
                Some(still) => held = still,
            }
        }
    }

    /// Among the events that have come, those whose place the lane has passed already, although they are still to be delivered.
    async fn find_late(&self, endpoint: &Endpoint, subject: &str, held: &mut Held) -> Result<(), ConsumeError> {
        for sequence in std::mem::take(&mut held.came) {
            if held.lane.next.is_none_or(|next| sequence >= next) {
                continue;
            }
            let Some(event) = self.webhooks.event_at(subject, sequence).await? else { continue };
            let delivery = self.webhooks.delivery(delivery_id(endpoint.id, event.event_id)).await?;
            if delivery.is_some_and(|delivery| delivery.progress == Progress::Pending) {
                held.lane.came(sequence);
            }
        }
        Ok(())
    }

    /// Takes a lane's next steps; says when it is to be looked at again, if it is.
    async fn advance(
        &self,
        endpoint: &Endpoint,
        subject: &str,
        held: &mut Held,
        left: &mut u32,
    ) -> Result<Option<Timestamp>, ConsumeError> {
        loop {
            let events = self.webhooks.events_for(subject, &held.lane).await?;
            let known: Vec<_> = events.iter().map(|event| known(event, endpoint)).collect();
            let lane = &mut held.lane;
            match lane.step(&known, endpoint.since, self.ambient.now()) {
                Step::Rest => return Ok(None),
                Step::Wait(until) => return Ok(Some(until)),
                Step::Jump { to, gap } => lane.jumped(to, gap),
                Step::Pass { sequence } => lane.passed(sequence, false),
                Step::Deliver { .. } if *left == 0 => return Ok(Some(self.ambient.now())),
                Step::Deliver { sequence, mark } => {
                    let Some(event) = events.iter().find(|event| event.sequence == sequence) else { return Ok(None) };
                    *left = left.saturating_sub(1);
                    if let Made::Off = self.deliver(endpoint, event, mark, held).await? {
                        return Ok(None);
                    }
                }
            }
        }
    }

    /// Makes a delivery, unless it has been made.
    async fn deliver(
        &self,
        endpoint: &Endpoint,
        event: &EventItem,
        mark: Option<Mark>,
        held: &mut Held,
    ) -> Result<Made, ConsumeError> {
        let lane = &mut held.lane;
        let Some(delivery) = self.webhooks.delivery(delivery_id(endpoint.id, event.event_id)).await? else {
            // It was heard of before the endpoint wanted such events.
            lane.passed(event.sequence, false);
            return Ok(Made::Done);
        };
        match delivery.progress {
            Progress::Pending => {}
            Progress::Delivered => {
                lane.passed(event.sequence, true);
                return Ok(Made::Done);
            }
            Progress::Failed => {
                lane.gave_up(event.sequence);
                return Ok(Made::Done);
            }
        }
        let attempt = self.courier.carries(&delivery, &event.body, mark, endpoint).await;
        if attempt.outcome.is_success() {
            self.note(&delivery, attempt, mark, Ending::Open).await?;
            lane.passed(event.sequence, true);
            self.succeeded(endpoint.id, attempt.at).await?;
            return Ok(Made::Done);
        }
        let [random] = self.ambient.bytes();
        tracing::warn!(delivery_id = %delivery.id, endpoint_id = %endpoint.id, outcome = ?attempt.outcome, "webhook.failed");
        match lane.failed(self.ambient.now(), random) {
            Verdict::Again(_) => {
                self.note(&delivery, attempt, mark, Ending::Open).await?;
                Ok(Made::Later)
            }
            Verdict::GivenUp(since) => {
                let write = self.webhooks.attempted(&delivery, attempt, mark, Ending::GivenUp);
                lane.gave_up(event.sequence);
                // One that takes other things is not broken: it does not want this one.
                if self.webhooks.last_success(endpoint.id).await?.is_some_and(|last| last >= since) {
                    self.webhooks.table.commit(write).await?;
                    return Ok(Made::Done);
                }
                let item = self.webhooks.endpoint_item(endpoint.id).await?;
                let Some(item) = item.filter(|item| item.endpoint.hears(attempt.at)) else { return Ok(Made::Off) };
                let off = self.webhooks.switch_off(&item, &caused_by(event));
                self.webhooks.table.transaction().and(off).and(write).commit().await?;
                tracing::error!(endpoint_id = %endpoint.id, "webhook.switched-off");
                Ok(Made::Off)
            }
        }
    }

    /// Makes a delivery once more because staff ask for it, whatever became of it so far, and whatever its lane waits for.
    async fn resend(&self, id: WebhookDeliveryId, request: &Envelope) -> Result<(), ConsumeError> {
        let Some(delivery) = self.webhooks.delivery(id).await? else { return Ok(()) };
        if delivery.resent_for == Some(request.event.id) {
            return Ok(());
        }
        let endpoint = self.webhooks.endpoint(delivery.endpoint_id).await?;
        let event = self.webhooks.event_at(&delivery.subject, delivery.sequence).await?;
        let (Some(endpoint), Some(event)) = (endpoint, event) else { return Ok(()) };
        let attempt = self.courier.carries(&delivery, &event.body, delivery.mark, &endpoint).await;
        self.note(&delivery, attempt, None, Ending::Resent(request.event.id)).await?;
        if attempt.outcome.is_success() {
            self.succeeded(endpoint.id, attempt.at).await?;
        }
        Ok(())
    }

    /// Writes what became of an attempt. Where another has been written meanwhile, this one is written after it.
    async fn note(
        &self,
        delivery: &Delivery,
        attempt: Attempt,
        mark: Option<Mark>,
        ending: Ending,
    ) -> Result<(), ConsumeError> {
        let mut before = delivery.clone();
        loop {
            match self.webhooks.table.commit(self.webhooks.attempted(&before, attempt, mark, ending)).await {
                Ok(()) => return Ok(()),
                Err(CommitError::Store(error)) => return Err(error.into()),
                Err(CommitError::Cancelled(_)) => {
                    let Some(now) = self.webhooks.delivery(delivery.id).await? else { return Ok(()) };
                    // It was ours, and only the answer was lost.
                    if now.attempts.contains(&attempt) {
                        return Ok(());
                    }
                    before = now;
                }
            }
        }
    }

    /// Notes that an endpoint takes what it is sent: that is what tells one that is broken from one that dislikes an event.
    async fn succeeded(&self, id: WebhookEndpointId, at: Timestamp) -> Result<(), StoreError> {
        let noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner).get(&id).copied();
        if noted.is_some_and(|noted| at.duration_since(noted) < SUCCESS_KNOWN_TO) {
            return Ok(());
        }
        self.webhooks.succeeded(id, at).await?;
        self.noted.lock().unwrap_or_else(PoisonError::into_inner).insert(id, at);
        Ok(())
    }
}

fn known(event: &EventItem, endpoint: &Endpoint) -> Heard {
    let EventItem { sequence, time, heard_at, event_type, .. } = event;
    Heard { sequence: *sequence, time: *time, heard_at: *heard_at, wanted: endpoint.wants(event_type) }
}

/// Caused by an event that was kept.
fn caused_by(event: &EventItem) -> Causation {
    let envelope = serde_json::from_str::<Envelope>(&event.body).ok();
    let causation = envelope.map(|envelope| envelope.event.causation).unwrap_or_default();
    Causation { causation_id: Some(event.event_id), actor: None, ..causation }
}

/// The delivery that an event asks to be made again, if that is what it does.
fn resend_of(envelope: &Envelope) -> Result<Option<WebhookDeliveryId>, ConsumeError> {
    if envelope.event.kind != "webhooks.resend-requested.v1" {
        return Ok(None);
    }
    let id = envelope.event.subject.parse();
    id.map(Some).map_err(|_| ConsumeError::Poison("the event's subject is no delivery".to_owned()))
}

/// webhook-deliver.
pub fn function() -> Function {
    queue::<Deliverer>("webhook-deliver")
}
