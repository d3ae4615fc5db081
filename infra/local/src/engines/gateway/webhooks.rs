//! What happens by itself: payments and refunds come to their ends, and the endpoint is told of what happened.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::body::Bytes;
use futures::future::BoxFuture;
use hmac::{Hmac, KeyInit, Mac};
use holdfast_core::Timestamp;
use http::header::{CONTENT_TYPE, USER_AGENT};
use http::{HeaderName, Request};
use rusqlite::{OptionalExtension, params};
use serde_json::json;
use sha2::Sha256;

use super::PaymentGateway;
use super::desk::{Desk, Job, read};
use super::objects::{Event, EventRequest};
use super::refused::Trouble;
use crate::engines::sigv4::hex;
use crate::engines::{EngineError, held};

/// Where the signature stands.
pub const SIGNATURE: HeaderName = HeaderName::from_static("stripe-signature");
/// A call that failed is made again after this, then after four times as long, and so on.
const FIRST_PAUSE_MS: i64 = 10_000;
/// It never waits longer than this.
const LONGEST_PAUSE_MS: i64 = 12 * 3_600_000;
/// After this it is given up.
const GIVEN_UP_AFTER_MS: i64 = 3 * 86_400_000;
/// So many that are due are looked at together, so that they can change places.
const TOGETHER: u32 = 100;

/// How a call of the endpoint leaves the gateway; what comes back is the HTTP status.
pub(crate) type Courier = Box<dyn Fn(Request<Bytes>) -> BoxFuture<'static, u16> + Send + Sync>;

/// How webhooks go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Webhooks {
    /// How often each is sent.
    pub copies: u32,
    /// Whether what happened last is told first.
    pub newest_first: bool,
    /// How long each waits.
    pub delay: Duration,
    /// Whether they are there before the answer to the request that caused them.
    pub before_answer: bool,
    /// Whether they never arrive.
    pub lost: bool,
}

impl Default for Webhooks {
    fn default() -> Self {
        Self { copies: 1, newest_first: false, delay: Duration::ZERO, before_answer: false, lost: false }
    }
}

/// The value of `Stripe-Signature` for a body that is sent at `at`: one signature for each secret that is in force.
pub fn signature(secrets: &[String], at: Timestamp, body: &str) -> String {
    let at_s = at.as_second();
    let signed = secrets.iter().map(|secret| format!(",v1={}", hex(&hmac(secret, &format!("{at_s}.{body}")))));
    format!("t={at_s}{}", signed.collect::<String>())
}

#[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
fn hmac(secret: &str, text: &str) -> Vec<u8> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes()).expect("any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// A job in hand: nobody else takes it up until this goes.
struct InHand<'a> {
    gateway: &'a PaymentGateway,
    id: i64,
}

impl Drop for InHand<'_> {
    fn drop(&mut self) {
        held(&self.gateway.in_hand).remove(&self.id);
    }
}

impl PaymentGateway {
    /// Does one thing that is due. False when nothing is.
    pub(crate) async fn turn(&self) -> Result<bool, EngineError> {
        let arrivals = self.arrivals.load(Ordering::SeqCst);
        let Some((in_hand, job)) = self.take_up()? else {
            self.seen.store(arrivals, Ordering::SeqCst);
            return Ok(false);
        };
        match job {
            Job::Pay { intent, well } => self.end(in_hand.id, |desk| desk.end_payment(&intent, well))?,
            Job::Refund { refund, well } => self.end(in_hand.id, |desk| desk.end_refund(&refund, well))?,
            Job::Call { event, tries, since_ms } => self.call(in_hand.id, &event, tries, since_ms).await?,
        }
        Ok(true)
    }

    /// Whether something may be due that was not before.
    pub(crate) fn stirred(&self) -> bool {
        self.seen.load(Ordering::SeqCst) != self.arrivals.load(Ordering::SeqCst)
    }

    /// When something is due next.
    pub(crate) fn next_due(&self) -> Result<Option<Timestamp>, EngineError> {
        let sql = "SELECT MIN(due_ms) FROM gateway_jobs";
        let due_ms: Option<i64> = self.store.with(|db| db.prepare_cached(sql)?.query_row([], |row| row.get(0)))?;
        Ok(due_ms.and_then(|due_ms| Timestamp::from_millisecond(due_ms).ok()))
    }

    /// Whether nothing is due, and nothing in hand.
    pub fn is_idle(&self) -> Result<bool, EngineError> {
        Ok(self.due(&BTreeSet::new())?.is_empty())
    }

    fn take_up(&self) -> Result<Option<(InHand<'_>, Job)>, EngineError> {
        let newest_first = self.webhooks().newest_first;
        // Held until the choice is made: two must not choose the same.
        let mut in_hand = held(&self.in_hand);
        let mut due = self.due(&in_hand)?;
        // What time brings about comes before the news of it.
        due.sort_by_key(|(_, job)| matches!(job, Job::Call { .. }));
        let calls = due.iter().position(|(_, job)| matches!(job, Job::Call { .. })).unwrap_or(due.len());
        if let Some(calls) = due.get_mut(calls..) {
            if newest_first {
                calls.reverse();
            }
            self.faults().reorder(calls);
        }
        Ok(due.into_iter().next().map(|(id, job)| {
            in_hand.insert(id);
            (InHand { gateway: self, id }, job)
        }))
    }

    fn due(&self, in_hand: &BTreeSet<i64>) -> Result<Vec<(i64, Job)>, EngineError> {
        let now_ms = self.ambient.now().as_millisecond();
        let sql = "SELECT id, job FROM gateway_jobs WHERE due_ms <= ?1 ORDER BY due_ms, id LIMIT ?2";
        let mut due: Vec<(i64, Job)> = self.store.with(|db| {
            let mut due = db.prepare_cached(sql)?;
            due.query_map(params![now_ms, TOGETHER], |row| Ok((row.get(0)?, read(row, 1)?)))?.collect()
        })?;
        due.retain(|(id, _)| !in_hand.contains(id));
        Ok(due)
    }

    /// Ends a job together with what it brings about.
    fn end(&self, id: i64, work: impl FnOnce(&Desk<'_>) -> Result<(), Trouble>) -> Result<(), EngineError> {
        self.at_desk(EventRequest::default(), |desk| {
            match work(desk) {
                Ok(()) => {}
                Err(Trouble::Refused(refused)) => tracing::error!(refused.message, "a payment cannot come to its end"),
                Err(Trouble::Broken(error)) => return Err(error),
            }
            desk.db.prepare_cached("DELETE FROM gateway_jobs WHERE id = ?1")?.execute([id]).map(drop)
        })
    }

    /// Tells the endpoint of an event, and again later where it does not say that it has understood.
    async fn call(&self, id: i64, event: &str, tries: u32, since_ms: i64) -> Result<(), EngineError> {
        let sql = "SELECT object FROM gateway_objects WHERE id = ?1";
        let found: Option<Event> =
            self.store.with(|db| db.prepare_cached(sql)?.query_row([event], |row| read(row, 0)).optional())?;
        let status = match (&found, self.request(found.as_ref())) {
            (Some(_), Some(call)) => call.await,
            // There is nobody to tell any more, or nothing.
            _ => 200,
        };
        let now_ms = self.ambient.now().as_millisecond();
        let given_up = now_ms - since_ms >= GIVEN_UP_AFTER_MS;
        let well = (200..300).contains(&status);
        if !well && given_up {
            tracing::warn!(event, status, "a webhook is given up");
        }
        self.at_desk(EventRequest::default(), |desk| {
            if well || given_up {
                desk.db.prepare_cached("DELETE FROM gateway_jobs WHERE id = ?1")?.execute([id])?;
                let sql = "UPDATE gateway_objects SET object = json_set(object, '$.pending_webhooks', 0) WHERE id = ?1";
                return desk.db.prepare_cached(sql)?.execute([event]).map(drop);
            }
            let pause_ms = FIRST_PAUSE_MS.saturating_mul(4_i64.saturating_pow(tries)).min(LONGEST_PAUSE_MS);
            let job = Job::Call { event: event.to_owned(), tries: tries.saturating_add(1), since_ms };
            let sql = "UPDATE gateway_jobs SET due_ms = ?2, job = ?3 WHERE id = ?1";
            desk.db.prepare_cached(sql)?.execute(params![id, now_ms + pause_ms, json!(job).to_string()]).map(drop)
        })
    }

    /// The call that tells of an event, on its way.
    fn request(&self, event: Option<&Event>) -> Option<BoxFuture<'static, u16>> {
        let (endpoint, secrets) = {
            let switches = held(&self.switches);
            (switches.endpoint.clone()?, switches.secrets.clone())
        };
        let body = format!("{:#}", json!(event?));
        let request = Request::post(endpoint)
            .header(CONTENT_TYPE, "application/json; charset=utf-8")
            .header(USER_AGENT, "Stripe/1.0 (+https://stripe.com/docs/webhooks)")
            .header(SIGNATURE, signature(&secrets, self.ambient.now(), &body))
            .body(Bytes::from(body));
        Some((self.link.get()?.courier)(request.ok()?))
    }
}
