//! Who carries a delivery: signs it, sends it, and says what became of it.

use std::time::Duration;

use axum::body::Bytes;
use holdfast_core::{Ambient, Timestamp};
use holdfast_http::Signatures;
use holdfast_runtime::{FromInit, Init, InitError, Web, WebError};
use http::header::{CONTENT_TYPE, USER_AGENT};
use http::{Method, Request};

use crate::domain::{Attempt, Delivery, Endpoint, Mark, Outcome, SecretKey};

/// How long a receiver has for its answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// The header with a delivery's signatures.
pub const SIGNATURE: &str = "holdfast-signature";
/// The header with a delivery's id: the same for each attempt.
pub const DELIVERY: &str = "holdfast-delivery";
/// The header with the type of the event.
pub const EVENT_TYPE: &str = "holdfast-event";
/// The header that says `gap` or `late`, where a delivery is either.
pub const MARK: &str = "holdfast-mark";

/// The way to the receivers.
#[derive(Clone, Debug)]
pub(crate) struct Courier {
    web: Web,
    secrets: SecretKey,
    ambient: Ambient,
}

impl FromInit for Courier {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        let (web, secrets) = (Web::public_only(init)?, SecretKey::from_init(init).await?);
        Ok(Self { web, secrets, ambient: init.ambient.clone() })
    }
}

impl Courier {
    /// Sends a delivery.
    pub(crate) async fn carries(&self, delivery: &Delivery, body: &str, mark: Option<Mark>, to: &Endpoint) -> Attempt {
        let at = self.ambient.now();
        let outcome = match self.request(delivery, body, mark, to, at) {
            Some(request) => self.send(request).await,
            // No URL that is registered is none of a request; one that is would be sent nowhere.
            None => Outcome::Refused,
        };
        let took_ms = self.ambient.now().duration_since(at).as_millis();
        Attempt { at, outcome, duration_ms: u32::try_from(took_ms.max(0)).unwrap_or(u32::MAX) }
    }

    fn request(
        &self,
        delivery: &Delivery,
        body: &str,
        mark: Option<Mark>,
        to: &Endpoint,
        at: Timestamp,
    ) -> Option<Request<Bytes>> {
        let secrets = to.generations(at).into_iter().map(|generation| self.secrets.secret(to.id, generation));
        let signatures: Vec<_> = secrets.map(|secret| Signatures::of(&secret)).collect();
        let request = Request::builder()
            .method(Method::POST)
            .uri(to.url.as_str())
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, "holdfast-webhooks")
            .header(SIGNATURE, Signatures::header_of(&signatures, body.as_bytes(), at))
            .header(DELIVERY, delivery.id.to_string())
            .header(EVENT_TYPE, &delivery.event_type);
        let request = match mark {
            Some(mark) => request.header(MARK, mark.name()),
            None => request,
        };
        request.body(Bytes::copy_from_slice(body.as_bytes())).ok()
    }

    async fn send(&self, request: Request<Bytes>) -> Outcome {
        match self.web.send(request, PATIENCE).await {
            // Nobody knows what stands in an answer: its status is all that is kept.
            Ok(answer) => Outcome::Answered(answer.status().as_u16()),
            Err(WebError::Refused(_)) => Outcome::Refused,
            Err(WebError::TimedOut) => Outcome::TimedOut,
            Err(WebError::Broken(_)) => Outcome::Broken,
        }
    }
}
