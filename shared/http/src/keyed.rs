//! Idempotent creation: a POST with a key arrives at one id, however often it is sent.

use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use holdfast_core::{CursorKey, Id, canonical, derived, keyed};
use holdfast_runtime::{FromInit, Init, InitError};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::body::{parse, read};
use crate::problem::Problem;

/// The server's own secret: cursors are sealed with it, and the ids of keyed requests are derived from it.
#[derive(Clone)]
pub struct ServerKey([u8; 32]);

/// An Idempotency-Key: 1 to 255 visible ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(String);

/// What a body says, whatever its spaces and the order of its fields: two requests under one key must agree in it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(String);

/// A body that came with an Idempotency-Key.
#[derive(Clone, Debug)]
pub struct Keyed<T> {
    /// The key.
    pub key: IdempotencyKey,
    /// What the body says.
    pub fingerprint: Fingerprint,
    /// The body.
    pub body: T,
}

/// A body that may have come with an Idempotency-Key.
#[derive(Clone, Debug)]
pub struct MaybeKeyed<T> {
    /// The key, if there is one.
    pub key: Option<IdempotencyKey>,
    /// What the body says.
    pub fingerprint: Fingerprint,
    /// The body.
    pub body: T,
}

impl FromInit for ServerKey {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        const NAME: &str = "SERVER_KEY_PARAMETER";
        let secret = init.aws.secret(NAME).await?;
        let key = holdfast_core::server_key(secret.expose());
        key.map(Self).map_err(|error| InitError::Invalid { name: NAME.to_owned(), reason: error.to_string() })
    }
}

impl ServerKey {
    /// What seals cursors.
    pub fn cursors(&self) -> CursorKey {
        CursorKey::new(self.0)
    }

    /// The id at which a caller's request under this key always arrives.
    pub fn id<I: Id>(&self, operation: &str, caller: &str, key: &IdempotencyKey) -> I {
        derived(&self.0, operation, caller, &key.0)
    }
}

impl ServerKey {
    /// A token that opens one thing to whoever holds it: always the same, and nobody else can make it.
    pub fn token(&self, purpose: &str, subject: &str) -> String {
        URL_SAFE_NO_PAD.encode(keyed(&self.0, &["token", purpose, subject]))
    }

    /// Whether this is that token. Both go through HMAC again, so that the comparison's time tells nothing.
    pub fn opens(&self, token: &str, purpose: &str, subject: &str) -> bool {
        let again = |token: &str| keyed(&self.0, &["compared", token]);
        again(token) == again(&self.token(purpose, subject))
    }
}

impl Fingerprint {
    fn of(body: &Value) -> Self {
        Self(Sha256::digest(canonical(body)).iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// 422 unless a repeat says what the first request under its key said.
    pub fn agrees_with(&self, first: &Self) -> Result<(), Problem> {
        if self == first {
            return Ok(());
        }
        let (code, title) = ("idempotency_key_reused", "The Idempotency-Key belongs to another request");
        let detail = "An earlier request with this key had another body: send this one under a key of its own.";
        Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, title, detail))
    }
}

impl IdempotencyKey {
    /// What tells it from a few others, and not what it is.
    pub fn hash(&self) -> String {
        Sha256::digest(&self.0).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
}

impl std::str::FromStr for IdempotencyKey {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        if (1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Ok(Self(text.to_owned()));
        }
        let detail = "An Idempotency-Key has 1 to 255 visible ASCII characters.";
        Err(Problem::new(StatusCode::BAD_REQUEST, "invalid_idempotency_key", "The Idempotency-Key is not one", detail))
    }
}

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for Keyed<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let Some(key) = key_of(&request)? else {
            let (code, title) = ("idempotency_key_required", "An Idempotency-Key is needed");
            let detail = "Send a header Idempotency-Key, and the same one again when you do not hear an answer.";
            return Err(Problem::new(StatusCode::BAD_REQUEST, code, title, detail));
        };
        let (fingerprint, body) = said(request).await?;
        Ok(Self { key, fingerprint, body })
    }
}

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for MaybeKeyed<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let key = key_of(&request)?;
        let (fingerprint, body) = said(request).await?;
        Ok(Self { key, fingerprint, body })
    }
}

fn key_of(request: &Request) -> Result<Option<IdempotencyKey>, Problem> {
    let mut keys = request.headers().get_all("idempotency-key").iter();
    match (keys.next(), keys.next()) {
        (None, _) => Ok(None),
        (Some(key), None) => key.to_str().unwrap_or_default().parse().map(Some),
        (Some(_), Some(_)) => "".parse().map(Some),
    }
}

async fn said<T: DeserializeOwned>(request: Request) -> Result<(Fingerprint, T), Problem> {
    let bytes = read(request).await?;
    Ok((Fingerprint::of(&parse(&bytes)?), parse(&bytes)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_fingerprint_is_of_what_is_said() {
        let of = |text: &str| Fingerprint::of(&serde_json::from_str(text).unwrap());
        assert_eq!(of(r#"{"a": 1, "b": [1, 2]}"#), of(r#"{"b":[1,2],"a":1}"#));
        assert_ne!(of(r#"{"a": [1, 2]}"#), of(r#"{"a": [2, 1]}"#));
        assert_ne!(of(r#"{"a": "1"}"#), of(r#"{"a": 1}"#));
        let first = Fingerprint::of(&json!({"a": 1}));
        assert_eq!(Fingerprint::of(&json!({"a": 2})).agrees_with(&first).unwrap_err().code(), "idempotency_key_reused");
    }

    #[test]
    fn a_key_has_a_least_and_a_most() {
        let key = |text: &str| text.parse::<IdempotencyKey>().is_ok();
        assert!(key("k") && key(&"k".repeat(255)));
        assert!(!key("") && !key(&"k".repeat(256)) && !key("a b") && !key("é") && !key("a\n"));
    }
}
