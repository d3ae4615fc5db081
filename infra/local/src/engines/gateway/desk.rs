//! The desk that a request is worked on at: one transaction, the objects in it, and what is to happen later.

use std::cell::Cell;
use std::time::Duration;

use holdfast_core::Ambient;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::form::Form;
use super::objects::{Charge, Event, EventData, EventRequest, Intent, Refund};
use super::refused::{Refused, Trouble};
use super::{API_VERSION, Webhooks};
use crate::faults::Faults;

/// What ids are made of.
const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// What lies in the gateway's drawer.
pub(super) trait Kept: Serialize + DeserializeOwned {
    /// Its name in the API.
    const KIND: &'static str;
    /// How Stripe calls it where it is missing.
    const NAME: &'static str;
    fn id(&self) -> &str;
    /// What it is found by beside its id: its intent, its type.
    fn of(&self) -> &str;
}

impl Kept for Intent {
    const KIND: &'static str = "payment_intents";
    const NAME: &'static str = "payment_intent";
    fn id(&self) -> &str {
        &self.id
    }
    fn of(&self) -> &str {
        ""
    }
}

impl Kept for Charge {
    const KIND: &'static str = "charges";
    const NAME: &'static str = "charge";
    fn id(&self) -> &str {
        &self.id
    }
    fn of(&self) -> &str {
        &self.payment_intent
    }
}

impl Kept for Refund {
    const KIND: &'static str = "refunds";
    const NAME: &'static str = "refund";
    fn id(&self) -> &str {
        &self.id
    }
    fn of(&self) -> &str {
        &self.payment_intent
    }
}

impl Kept for Event {
    const KIND: &'static str = "events";
    const NAME: &'static str = "event";
    fn id(&self) -> &str {
        &self.id
    }
    fn of(&self) -> &str {
        &self.kind
    }
}

/// What happens by itself, later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Job {
    /// A payment that is under way comes to its end.
    Pay { intent: String, well: bool },
    /// So does a refund.
    Refund { refund: String, well: bool },
    /// The endpoint is told of an event, for the so many-th time since then.
    Call { event: String, tries: u32, since_ms: i64 },
}

/// One transaction's work.
pub(super) struct Desk<'a> {
    pub(super) db: &'a Connection,
    pub(super) ambient: &'a Ambient,
    /// Whose request it is; nobody's when time makes something happen.
    pub(super) request: EventRequest,
    /// How long what takes a while takes.
    pub(super) late: Duration,
    /// How webhooks go out; not at all where nobody listens.
    pub(super) webhooks: Option<Webhooks>,
    /// What goes wrong with them by chance.
    pub(super) faults: &'a Faults,
    /// Where the host is served.
    pub(super) base: &'a str,
    /// Set when nobody is to hear of what was done here.
    pub(super) unheard: Cell<bool>,
}

impl Desk<'_> {
    /// A new id.
    pub(super) fn id(&self, prefix: &str) -> String {
        new_id(self.ambient, prefix)
    }

    /// Now, in seconds since 1970.
    pub(super) fn now_s(&self) -> i64 {
        self.ambient.now().as_second()
    }

    /// The object with this id, which the caller sent as `param`.
    pub(super) fn find<T: Kept>(&self, id: &str, param: &str) -> Result<T, Trouble> {
        let sql = "SELECT object FROM gateway_objects WHERE id = ?1 AND kind = ?2";
        let found = self.db.prepare_cached(sql)?.query_row(params![id, T::KIND], |row| read(row, 0)).optional()?;
        found.ok_or_else(|| Refused::not_found(T::NAME, id, param).into())
    }

    /// Keeps an object as it is now.
    pub(super) fn keep<T: Kept>(&self, object: &T) -> Result<(), Trouble> {
        let sql = "INSERT INTO gateway_objects (id, kind, of, object) VALUES (?1, ?2, ?3, ?4)
                   ON CONFLICT (id) DO UPDATE SET object = excluded.object";
        let text = json!(object).to_string();
        self.db.prepare_cached(sql)?.execute(params![object.id(), T::KIND, object.of(), text])?;
        Ok(())
    }

    /// A page of objects, the newest first.
    pub(super) fn list<T: Kept>(&self, of: Option<&str>, mut form: Form) -> Result<Value, Trouble> {
        let (limit, after) = form.page()?;
        form.nothing_else()?;
        let before: i64 = match after {
            None => i64::MAX,
            Some(id) => {
                let sql = "SELECT seq FROM gateway_objects WHERE id = ?1 AND kind = ?2";
                let found =
                    self.db.prepare_cached(sql)?.query_row(params![id, T::KIND], |row| row.get(0)).optional()?;
                found.ok_or_else(|| Refused::not_found(T::NAME, &id, "starting_after"))?
            }
        };
        let sql = "SELECT object FROM gateway_objects
                   WHERE kind = ?1 AND seq < ?2 AND (?3 IS NULL OR of = ?3) ORDER BY seq DESC LIMIT ?4";
        let mut page = self.db.prepare_cached(sql)?;
        let found = page.query_map(params![T::KIND, before, of, limit + 1], |row| read::<T>(row, 0))?;
        let mut data = found.collect::<rusqlite::Result<Vec<T>>>()?;
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = data.len() > most;
        data.truncate(most);
        Ok(json!({"object": "list", "data": data, "has_more": more, "url": format!("/v1/{}", T::KIND)}))
    }

    /// Has something happen later.
    pub(super) fn later(&self, after: Duration, job: &Job) -> Result<(), Trouble> {
        let after_ms = i64::try_from(after.as_millis()).unwrap_or(i64::MAX);
        let due_ms = self.ambient.now().as_millisecond().saturating_add(after_ms);
        let sql = "INSERT INTO gateway_jobs (due_ms, job) VALUES (?1, ?2)";
        self.db.prepare_cached(sql)?.execute(params![due_ms, json!(job).to_string()])?;
        Ok(())
    }

    /// Notes that something happened to an object, and has whoever listens told.
    pub(super) fn tell(&self, kind: &str, object: &impl Serialize) -> Result<(), Trouble> {
        let sent = self.webhooks.filter(|webhooks| !webhooks.lost);
        let event = Event {
            id: self.id("evt"),
            api_version: API_VERSION.to_owned(),
            created: self.now_s(),
            data: EventData { object: json!(object) },
            livemode: false,
            pending_webhooks: u32::from(sent.is_some()),
            request: self.request.clone(),
            kind: kind.to_owned(),
        };
        self.keep(&event)?;
        let Some(webhooks) = sent else { return Ok(()) };
        let copies = webhooks.copies.max(1) + u32::from(self.faults.duplicate());
        for _ in 0..copies {
            let delay = webhooks.delay + self.faults.delay().unwrap_or_default();
            let since_ms = self.ambient.now().as_millisecond();
            self.later(delay, &Job::Call { event: event.id.clone(), tries: 0, since_ms })?;
        }
        Ok(())
    }
}

/// A new id, as Stripe's look.
pub(super) fn new_id(ambient: &Ambient, prefix: &str) -> String {
    let letter = |byte: u8| char::from(*LETTERS.get(usize::from(byte) % LETTERS.len()).unwrap_or(&b'0'));
    format!("{prefix}_{}", ambient.bytes::<24>().map(letter).iter().collect::<String>())
}

/// What lies in a column, as JSON.
pub(super) fn read<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error)))
}
