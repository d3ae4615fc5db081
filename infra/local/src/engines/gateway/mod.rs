//! The payment gateway that a shop on a laptop has: Stripe's HTTP API, strict about what it is sent, over test payment
//! methods that decline, ask, take their time and lose answers, and with webhooks that come twice, late, in another order
//! or before the answer of the request that caused them.
//!
//! No card number ever gets in: a payment method is an id, and a form that carries a card is refused before anything
//! of it is kept.

mod cards;
mod desk;
mod form;
mod intents;
mod objects;
mod refunds;
mod refused;
mod sandbox;
mod switches;
mod visit;
mod webhooks;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use axum::body::Bytes;
use holdfast_core::Ambient;
use http::{Request, Response};
use rusqlite::Connection;
use serde_json::{Value, json};
use tokio::sync::Notify;

pub use self::cards::{CARDS, Card};
use self::desk::{Desk, read};
use self::form::Form;
pub use self::objects::{Charge, Event, EventData, EventRequest, Intent, IntentStatus, Refund, RefundStatus};
use self::refused::{Refused, Trouble};
pub use self::sandbox::Sandbox;
use self::switches::{Health, Switches};
use self::visit::{Reply, Visit};
pub(crate) use self::webhooks::Courier;
pub use self::webhooks::{SIGNATURE, Webhooks, signature};
use super::{EngineError, Pulse, held};
use crate::faults::Faults;
use crate::store::Store;

/// The one key that opens the API.
pub const API_KEY: &str = "sk_test_sandbox";
/// The one account.
pub const ACCOUNT: &str = "acct_sandbox";
/// What webhooks are signed with, until tests say otherwise.
pub const WEBHOOK_SECRET: &str = "whsec_sandbox";
/// The version that events are written in, and answers to requests that name none.
pub const API_VERSION: &str = "2026-10-28.endive";
/// How long the edge in front of the API waits before it gives a request up.
const EDGE_PATIENCE: Duration = Duration::from_secs(30);

/// What its tables are.
pub(crate) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS gateway_objects (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, of TEXT NOT NULL,
        object TEXT NOT NULL);
    CREATE INDEX IF NOT EXISTS gateway_listed ON gateway_objects (kind, of, seq);
    CREATE INDEX IF NOT EXISTS gateway_latest ON gateway_objects (kind, seq);
    CREATE TABLE IF NOT EXISTS gateway_jobs (
        id INTEGER PRIMARY KEY AUTOINCREMENT, due_ms INTEGER NOT NULL, job TEXT NOT NULL);
    CREATE INDEX IF NOT EXISTS gateway_due ON gateway_jobs (due_ms);
    CREATE TABLE IF NOT EXISTS gateway_keys (
        key TEXT PRIMARY KEY, path TEXT NOT NULL, digest TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL,
        request TEXT NOT NULL, at_ms INTEGER NOT NULL);
    CREATE INDEX IF NOT EXISTS gateway_keys_age ON gateway_keys (at_ms);
";

/// What ties a gateway to its world.
struct Link {
    courier: Courier,
    faults: Arc<Faults>,
    base: String,
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Link").field(&self.base).finish()
    }
}

/// A payment gateway.
#[derive(Debug)]
pub struct PaymentGateway {
    store: Store,
    ambient: Ambient,
    pulse: Pulse,
    switches: Mutex<Switches>,
    link: OnceLock<Link>,
    /// What goes wrong as long as no world says so: nothing.
    calm: Faults,
    /// Jobs under way.
    in_hand: Mutex<BTreeSet<i64>>,
    /// Grows with every transaction.
    arrivals: AtomicU64,
    /// What it was when nothing was due.
    seen: AtomicU64,
    /// Rings when it is well again.
    recovered: Notify,
}

impl PaymentGateway {
    pub(super) fn new(store: Store, ambient: Ambient, pulse: Pulse) -> Self {
        Self {
            store,
            ambient,
            pulse,
            switches: Mutex::default(),
            link: OnceLock::new(),
            calm: Faults::none(),
            in_hand: Mutex::default(),
            arrivals: AtomicU64::new(0),
            seen: AtomicU64::new(u64::MAX),
            recovered: Notify::new(),
        }
    }

    /// Ties it to its world: how calls leave it, what goes wrong with them by chance, where its pages are.
    pub(crate) fn link(&self, courier: Courier, faults: Arc<Faults>, base: String) {
        if self.link.set(Link { courier, faults, base }).is_err() {
            tracing::error!("a payment gateway has one world");
        }
    }

    /// Answers a request of the API, whose path begins with `/v1/`.
    pub async fn handle(&self, request: Request<Bytes>) -> Response<Bytes> {
        let visit = Visit::of(&request, &self.ambient);
        let recovered = self.recovered.notified();
        let mut health = held(&self.switches).health;
        if matches!(health, Health::FailsAfter(_)) && request.method() == http::Method::GET {
            // Nothing is done by looking.
            health = Health::Well;
        }
        match health {
            Health::Hangs => {
                recovered.await;
                return visit.answer(from_the_edge(504));
            }
            Health::FailsWith(status) if status != 500 => return visit.answer(from_the_edge(status)),
            Health::FailsWith(_) | Health::FailsAfter(_) | Health::Well => {}
        }
        let (reply, unheard) = self.work(&visit, &request, health).unwrap_or_else(|error| {
            tracing::error!(%error, "the payment gateway failed");
            (Reply::refused(&broken()), false)
        });
        if self.webhooks().before_answer || self.faults().early() {
            self.work_off().await;
        }
        if let Health::FailsAfter(status) = health
            && status != 500
        {
            return visit.answer(from_the_edge(status));
        }
        if unheard {
            self.ambient.sleep(EDGE_PATIENCE).await;
            return visit.answer(from_the_edge(504));
        }
        visit.answer(reply)
    }

    /// What a customer does on the gateway's page: pays an intent. A payment that fails is an intent that says so.
    pub fn pay(&self, intent: &str, payment_method: &str) -> Result<Intent, String> {
        let sent =
            form_urlencoded::Serializer::new(String::new()).append_pair("payment_method", payment_method).finish();
        self.on_page(intent, |desk| desk.confirm_intent(intent, Form::read(sent.as_bytes())).map(drop))
    }

    /// What a customer does on their bank's page: authenticates, or does not.
    pub fn authenticate(&self, intent: &str, well: bool) -> Result<Intent, String> {
        self.on_page(intent, |desk| desk.authenticated(intent, well).map(drop))
    }

    /// All intents, the newest first.
    pub fn intents(&self) -> Result<Vec<Intent>, EngineError> {
        self.all("payment_intents")
    }

    /// All refunds, the newest first.
    pub fn refunds(&self) -> Result<Vec<Refund>, EngineError> {
        self.all("refunds")
    }

    /// All that has happened, the newest first.
    pub fn events(&self) -> Result<Vec<Event>, EngineError> {
        self.all("events")
    }

    fn all<T: serde::de::DeserializeOwned>(&self, kind: &str) -> Result<Vec<T>, EngineError> {
        let sql = "SELECT object FROM gateway_objects WHERE kind = ?1 ORDER BY seq DESC";
        self.store.with(|db| db.prepare_cached(sql)?.query_map([kind], |row| read(row, 0))?.collect())
    }

    fn webhooks(&self) -> Webhooks {
        held(&self.switches).webhooks
    }

    fn faults(&self) -> &Faults {
        self.link.get().map_or(&self.calm, |link| &link.faults)
    }

    /// Does all that is due.
    async fn work_off(&self) {
        loop {
            match self.turn().await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => {
                    tracing::error!(%error, "the payment gateway failed");
                    return;
                }
            }
        }
    }

    fn on_page(&self, id: &str, work: impl FnOnce(&Desk<'_>) -> Result<(), Trouble>) -> Result<Intent, String> {
        let done = self.at_desk(EventRequest::default(), |desk| {
            let worked = match work(desk) {
                Ok(()) => Ok(()),
                Err(Trouble::Refused(refused)) if refused.kind == "card_error" => Ok(()),
                Err(Trouble::Refused(refused)) => Err(refused.message),
                Err(Trouble::Broken(error)) => return Err(error),
            };
            let found = desk.find::<Intent>(id, "intent");
            Ok(worked.and_then(|()| found.map_err(|_| "there is no such intent".to_owned())))
        });
        done.map_err(|error| error.to_string())?
    }

    /// Works in one transaction, and wakes whoever waits for what comes of it.
    fn at_desk<T>(
        &self,
        request: EventRequest,
        work: impl FnOnce(&Desk<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, EngineError> {
        let (late, webhooks) = {
            let switches = held(&self.switches);
            (switches.late, switches.endpoint.is_some().then_some(switches.webhooks))
        };
        let base = self.link.get().map_or("", |link| link.base.as_str());
        let done = self.store.transaction(|db: &Connection| {
            let (ambient, faults, unheard) = (&self.ambient, self.faults(), Cell::new(false));
            work(&Desk { db, ambient, request, late, webhooks, faults, base, unheard })
        });
        self.arrivals.fetch_add(1, Ordering::SeqCst);
        self.pulse.beat();
        done
    }

    /// What is answered, and whether anybody is to hear it.
    fn work(&self, visit: &Visit, request: &Request<Bytes>, health: Health) -> Result<(Reply, bool), EngineError> {
        let form = match visit.admit(request) {
            Ok(form) => form,
            Err(refused) => return Ok((Reply::refused(&refused), false)),
        };
        let digest = form.digest();
        let asked = EventRequest { id: Some(visit.request_id.clone()), idempotency_key: visit.key.clone() };
        self.at_desk(asked, |desk| {
            if let Some(reply) = visit.replay(desk, &digest)? {
                return Ok((reply, false));
            }
            let done = match health {
                Health::FailsWith(_) => Err(broken().into()),
                Health::Well | Health::FailsAfter(_) | Health::Hangs => route(desk, visit, form),
            };
            let (mut reply, begun) = match done {
                Ok(body) => (Reply::new(200, &body), true),
                Err(Trouble::Refused(refused)) => (Reply::refused(&refused), refused.begun),
                Err(Trouble::Broken(error)) => return Err(error),
            };
            if health == Health::FailsAfter(500) {
                reply = Reply::refused(&broken());
            }
            if begun {
                visit.keep(desk, &digest, &reply)?;
            }
            Ok((reply, desk.unheard.get()))
        })
    }
}

/// The API's own failure.
fn broken() -> Refused {
    Refused { begun: true, ..Refused::new(500, "api_error", None, "Something is wrong on the gateway's side.") }
}

/// What is answered in front of the API.
fn from_the_edge(status: u16) -> Reply {
    let (kind, code) = match status {
        429 => ("invalid_request_error", Some("rate_limit")),
        _ => ("api_error", None),
    };
    Reply::refused(&Refused::new(status, kind, code, "The gateway cannot be reached at present."))
}

fn route(desk: &Desk<'_>, visit: &Visit, mut form: Form) -> Result<Value, Trouble> {
    let path = visit.path.trim_end_matches('/');
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    match (visit.method.as_str(), segments.as_slice()) {
        ("POST", ["v1", "payment_intents"]) => desk.create_intent(form),
        ("GET", ["v1", "payment_intents"]) => desk.list::<Intent>(None, form),
        ("GET", ["v1", "payment_intents", id]) => found::<Intent>(desk, &form, id, "intent"),
        ("POST", ["v1", "payment_intents", id, "confirm"]) => desk.confirm_intent(id, form),
        ("POST", ["v1", "payment_intents", id, "cancel"]) => desk.cancel_intent(id, form),
        ("POST", ["v1", "refunds"]) => desk.create_refund(form),
        ("GET", ["v1", "refunds"]) => {
            let mut intent = form.text("payment_intent")?;
            if let Some(id) = &intent {
                desk.find::<Intent>(id, "payment_intent")?;
            }
            if let Some(id) = form.text("charge")? {
                // Of an intent's charges one is captured at most, and only that one has refunds.
                let charge: Charge = desk.find(&id, "charge")?;
                if intent.replace(charge.payment_intent.clone()).is_some_and(|intent| intent != charge.payment_intent) {
                    return Err(Refused::parameter("charge", None, "is of another payment_intent.").into());
                }
            }
            desk.list::<Refund>(intent.as_deref(), form)
        }
        ("GET", ["v1", "refunds", id]) => found::<Refund>(desk, &form, id, "id"),
        ("GET", ["v1", "charges", id]) => found::<Charge>(desk, &form, id, "id"),
        ("GET", ["v1", "events"]) => {
            let kind = form.text("type")?;
            desk.list::<Event>(kind.as_deref(), form)
        }
        ("GET", ["v1", "events", id]) => found::<Event>(desk, &form, id, "id"),
        ("GET", ["v1", "account"]) => {
            form.nothing_else()?;
            Ok(json!({"id": ACCOUNT, "object": "account", "charges_enabled": true, "payouts_enabled": true}))
        }
        _ => {
            let message = format!("Unrecognized request URL ({}: {path}).", visit.method);
            Err(Refused::new(404, "invalid_request_error", None, message).into())
        }
    }
}

fn found<T: desk::Kept>(desk: &Desk<'_>, form: &Form, id: &str, param: &str) -> Result<Value, Trouble> {
    form.nothing_else()?;
    Ok(json!(desk.find::<T>(id, param)?))
}

#[cfg(test)]
mod tests;
