//! A request as the API reads it before it does anything, and what an answer says of it.

use axum::body::Bytes;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use holdfast_core::Ambient;
use http::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use rusqlite::{OptionalExtension, params};
use serde_json::Value;

use super::desk::{Desk, new_id};
use super::form::Form;
use super::refused::Refused;
use super::{API_KEY, API_VERSION};

/// The longest key of a request, in characters.
const LONGEST_KEY: usize = 255;
/// So long a key is answered the same again, in milliseconds.
const KEYS_KEPT_MS: i64 = 24 * 3_600_000;
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
const ORIGINAL: HeaderName = HeaderName::from_static("original-request");
const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
const VERSION: HeaderName = HeaderName::from_static("stripe-version");

/// Who asks, in which version, and under which key.
#[derive(Clone, Debug)]
pub(super) struct Visit {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) request_id: String,
    pub(super) key: Option<String>,
    version: String,
}

/// What is answered.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) body: String,
    /// The first request with the same key, where this is its answer once more.
    pub(super) original: Option<String>,
}

impl Reply {
    pub(super) fn new(status: u16, body: &Value) -> Self {
        Self { status, body: format!("{body:#}"), original: None }
    }

    pub(super) fn refused(refused: &Refused) -> Self {
        Self::new(refused.status, &refused.body())
    }
}

impl Visit {
    /// What every answer needs to know, whatever else is wrong with the request.
    pub(super) fn of(request: &Request<Bytes>, ambient: &Ambient) -> Self {
        let header = |name| text(request.headers(), name);
        Self {
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            request_id: new_id(ambient, "req"),
            key: header(IDEMPOTENCY_KEY).filter(|_| request.method() == Method::POST),
            version: header(VERSION).unwrap_or_else(|| API_VERSION.to_owned()),
        }
    }

    /// Its form, if it may ask at all.
    pub(super) fn admit(&self, request: &Request<Bytes>) -> Result<Form, Refused> {
        if !authorised(request.headers()) {
            let message = "There is no valid API key in the header Authorization: the sandbox's is sk_test_sandbox.";
            return Err(Refused::new(401, "invalid_request_error", None, message));
        }
        if !is_version(&self.version) {
            return Err(Refused::invalid(None, "The header Stripe-Version is no version of the API."));
        }
        if self.key.as_ref().is_some_and(|key| key.is_empty() || key.chars().count() > LONGEST_KEY) {
            let message = "The header Idempotency-Key has 1 to 255 characters.";
            return Err(Refused::new(400, "idempotency_error", None, message));
        }
        let form = if request.method() == Method::POST {
            let kind = text(request.headers(), CONTENT_TYPE).unwrap_or_default();
            let is_form = kind.split(';').next() == Some("application/x-www-form-urlencoded");
            if !request.body().is_empty() && !is_form {
                let message = "Bodies are application/x-www-form-urlencoded.";
                return Err(Refused::invalid(None, message));
            }
            Form::read(request.body())
        } else {
            Form::read(request.uri().query().unwrap_or_default().as_bytes())
        };
        if form.has_card() {
            // As to every account that has not been allowed to: nothing of it is kept, and nothing is said of it.
            let message = "Card numbers are not taken here, from nobody: name a payment method by its id.";
            return Err(Refused::new(402, "invalid_request_error", None, message));
        }
        Ok(form)
    }

    /// What was answered to the same key before, within a day.
    pub(super) fn replay(&self, desk: &Desk<'_>, digest: &str) -> rusqlite::Result<Option<Reply>> {
        let Some(key) = &self.key else { return Ok(None) };
        let sql = "SELECT path, digest, status, body, request FROM gateway_keys WHERE key = ?1 AND at_ms > ?2";
        let since_ms = desk.ambient.now().as_millisecond() - KEYS_KEPT_MS;
        let mut kept = desk.db.prepare_cached(sql)?;
        let kept = kept.query_row(params![key, since_ms], |row| {
            let (path, digest): (String, String) = (row.get(0)?, row.get(1)?);
            let reply = Reply { status: row.get(2)?, body: row.get(3)?, original: Some(row.get(4)?) };
            Ok((path, digest, reply))
        });
        Ok(kept.optional()?.map(|(path, before, reply)| {
            if path == self.path && before == digest {
                return reply;
            }
            let message = "The header Idempotency-Key has been used for another request, with other parameters.";
            Reply::refused(&Refused::new(400, "idempotency_error", None, message))
        }))
    }

    /// Keeps an answer for whoever asks with the same key again.
    pub(super) fn keep(&self, desk: &Desk<'_>, digest: &str, reply: &Reply) -> rusqlite::Result<()> {
        let Some(key) = &self.key else { return Ok(()) };
        let now_ms = desk.ambient.now().as_millisecond();
        desk.db.prepare_cached("DELETE FROM gateway_keys WHERE at_ms <= ?1")?.execute([now_ms - KEYS_KEPT_MS])?;
        let sql = "INSERT INTO gateway_keys (key, path, digest, status, body, request, at_ms)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let row = params![key, self.path, digest, reply.status, reply.body, self.request_id, now_ms];
        desk.db.prepare_cached(sql)?.execute(row).map(drop)
    }

    /// The answer as it goes over the wire.
    pub(super) fn answer(&self, reply: Reply) -> Response<Bytes> {
        let mut response = Response::new(Bytes::from(reply.body));
        *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if reply.status == 401 {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"Stripe\""));
        }
        if reply.original.is_some() {
            headers.insert(REPLAYED, HeaderValue::from_static("true"));
        }
        let said = [
            (REQUEST_ID, Some(&self.request_id)),
            (VERSION, Some(&self.version)),
            (IDEMPOTENCY_KEY, self.key.as_ref()),
            (ORIGINAL, reply.original.as_ref()),
        ];
        for (name, value) in said {
            if let Some(Ok(value)) = value.map(|value| HeaderValue::from_str(value)) {
                headers.insert(name, value);
            }
        }
        response
    }
}

/// Bearer, or Basic with the key as the user and no password.
fn authorised(headers: &HeaderMap) -> bool {
    let Some(header) = text(headers, AUTHORIZATION) else { return false };
    match header.split_once(' ') {
        Some(("Bearer", key)) => key == API_KEY,
        Some(("Basic", encoded)) => STANDARD.decode(encoded).is_ok_and(|pair| pair == format!("{API_KEY}:").as_bytes()),
        _ => false,
    }
}

/// `2026-10-28`, or `2026-10-28.name`.
fn is_version(text: &str) -> bool {
    let (date, name) = text.split_once('.').unwrap_or((text, "name"));
    date.len() == 10
        && date.parse::<jiff::civil::Date>().is_ok()
        && !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_lowercase())
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    // What is no text is no key either, and is told apart from none at all.
    headers.get(name).map(|value| value.to_str().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_dates_perhaps_with_a_name() {
        assert!(is_version("2026-10-28.endive") && is_version("2022-11-15"));
        for wrong in ["", "2026", "2026-13-01", "2026-10-28.", "2026-10-28.Endive", "latest"] {
            assert!(!is_version(wrong), "{wrong}");
        }
    }

    #[test]
    fn the_key_opens_as_bearer_and_as_user() {
        let with = |value: &str| authorised(&HeaderMap::from_iter([(AUTHORIZATION, value.parse().unwrap())]));
        assert!(with("Bearer sk_test_sandbox"));
        assert!(with("Basic c2tfdGVzdF9zYW5kYm94Og=="));
        for wrong in
            ["", "Bearer", "Bearer sk_live_sandbox", "sk_test_sandbox", "Basic c2tfdGVzdF9zYW5kYm94", "Basic !"]
        {
            assert!(!with(wrong), "{wrong}");
        }
        assert!(!authorised(&HeaderMap::new()));
    }
}
