//! A question to the gateway and what becomes of it: asked again where that can help, and never longer than somebody waits.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use holdfast_core::{Ambient, Timestamp};
use holdfast_runtime::{Init, InitError, Secret, Web, WebError};
use http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER, USER_AGENT};
use http::{HeaderMap, Method, Request, Response};
use serde_json::Value;

use super::breaker::{Breaker, Budget};
use super::{API_VERSION, GatewayError};

/// How often a question is asked, in all.
const MOST_ATTEMPTS: u32 = 3;
/// How long one attempt may take.
const ATTEMPT: Duration = Duration::from_secs(4);
/// How long all of them may take: less than a function has.
const PATIENCE: Duration = Duration::from_secs(8);
/// With less than this left, another attempt is not worth its while.
const LEAST_LEFT: Duration = Duration::from_secs(1);
/// The longest pause before the first repeat; twice as long before the next. What is waited is drawn from that.
const PAUSE: Duration = Duration::from_millis(400);
/// When to ask again, where nothing says when.
const AGAIN_S: u64 = 5;
/// When to ask again where an operator has to do something first.
const AGAIN_AFTER_REPAIR_S: u64 = 60;
/// The longest that anybody is sent away for.
const LONGEST_AGAIN_S: u64 = 60;

/// A question.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    method: Method,
    path: String,
    key: Option<String>,
    fields: Vec<(String, String)>,
}

impl Ask {
    pub(super) fn get(path: impl Into<String>) -> Self {
        Self { method: Method::GET, path: path.into(), key: None, fields: Vec::new() }
    }

    pub(super) fn post(path: impl Into<String>) -> Self {
        Self { method: Method::POST, ..Self::get(path) }
    }

    /// Asked with the same key again, it does nothing again.
    pub(super) fn keyed(self, key: &str) -> Self {
        Self { key: Some(key.to_owned()), ..self }
    }

    pub(super) fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.fields.push((name.into(), value.into()));
        self
    }

    fn form(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.fields).finish()
    }
}

/// Asks, for one instance of a function.
#[derive(Clone)]
pub(super) struct Exchange(Arc<Inner>);

struct Inner {
    web: Web,
    url: String,
    key: Secret,
    ambient: Ambient,
    breaker: Breaker,
    budget: Budget,
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Exchange").field(&self.0.url).finish()
    }
}

/// What was heard.
#[derive(Clone, Debug, PartialEq)]
enum Heard {
    Done(Value),
    Refused {
        code: String,
        message: String,
    },
    /// It did nothing, and says when to come again.
    NotNow {
        after_s: Option<u64>,
    },
    /// It does not know us.
    Shut,
    /// It failed; the failure is an old one, kept under the key, or a new one.
    Failed {
        replayed: bool,
    },
    /// It is not known whether it did anything.
    Nothing,
}

impl Exchange {
    pub(super) fn new(init: &Init, url: String, key: Secret) -> Result<Self, InitError> {
        let (web, ambient) = (Web::open(init)?, init.ambient.clone());
        Ok(Self(Arc::new(Inner { web, url, key, ambient, breaker: Breaker::new(), budget: Budget::new() })))
    }

    /// Asks until there is an answer, or nobody should wait any longer.
    pub(super) async fn ask(&self, ask: &Ask) -> Result<Value, GatewayError> {
        let Inner { ambient, breaker, budget, .. } = &*self.0;
        let (began, mut perhaps) = (ambient.now(), false);
        let mut attempt = 1;
        loop {
            let left = left_of(PATIENCE, began, ambient.now());
            let permit = match breaker.admit(ambient.now()) {
                Ok(permit) => permit,
                Err(wait) => return Err(given_up(ask, perhaps, Some(wait.as_secs() + 1))),
            };
            let heard = self.0.attempt(ask, ATTEMPT.min(left)).await;
            match &heard {
                Heard::Nothing | Heard::Failed { replayed: false } => permit.ill(ambient.now()),
                Heard::Done(_)
                | Heard::Refused { .. }
                | Heard::NotNow { .. }
                | Heard::Shut
                | Heard::Failed { replayed: true } => permit.well(),
            }
            let after_s = match heard {
                Heard::Done(answer) => {
                    budget.earn();
                    return Ok(answer);
                }
                Heard::Refused { code, message } => {
                    budget.earn();
                    return Err(GatewayError::Refused { code, message });
                }
                Heard::Failed { replayed: true } => return Err(GatewayError::Broken500),
                Heard::Shut => {
                    tracing::error!(path = ask.path, "the payment gateway does not accept our key");
                    return Err(given_up(ask, perhaps, Some(AGAIN_AFTER_REPAIR_S)));
                }
                Heard::NotNow { after_s } => after_s,
                Heard::Failed { replayed: false } | Heard::Nothing => {
                    perhaps = true;
                    None
                }
            };
            let pause = after_s.map_or_else(|| ambient.jitter(PAUSE * attempt), Duration::from_secs);
            let left = left_of(PATIENCE, began, ambient.now());
            if attempt == MOST_ATTEMPTS || left < pause + LEAST_LEFT || !budget.repeat() {
                tracing::warn!(path = ask.path, attempt, perhaps, "the payment gateway is out of reach");
                return Err(given_up(ask, perhaps, after_s));
            }
            ambient.sleep(pause).await;
            attempt += 1;
        }
    }
}

impl Inner {
    async fn attempt(&self, ask: &Ask, timeout: Duration) -> Heard {
        let (uri, body) = match ask.method == Method::POST {
            true => (format!("{}{}", self.url, ask.path), ask.form()),
            false if ask.fields.is_empty() => (format!("{}{}", self.url, ask.path), String::new()),
            false => (format!("{}{}?{}", self.url, ask.path, ask.form()), String::new()),
        };
        let mut request = Request::builder()
            .method(ask.method.clone())
            .uri(uri)
            .header(AUTHORIZATION, format!("Bearer {}", self.key.expose()))
            .header(USER_AGENT, "Holdfast/1")
            .header("stripe-version", API_VERSION);
        if ask.method == Method::POST {
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        if let Some(key) = &ask.key {
            request = request.header("idempotency-key", key);
        }
        let sent = match request.body(Bytes::from(body)) {
            Ok(request) => self.web.send(request, timeout).await,
            Err(error) => Err(WebError::Refused(error.to_string())),
        };
        match sent {
            Ok(answer) => heard(&answer),
            Err(WebError::Refused(reason)) => {
                tracing::error!(reason, "nothing can be sent to the payment gateway");
                Heard::NotNow { after_s: Some(AGAIN_AFTER_REPAIR_S) }
            }
            Err(error @ (WebError::TimedOut | WebError::Broken(_))) => {
                tracing::debug!(%error, "the payment gateway was not heard");
                Heard::Nothing
            }
        }
    }
}

/// What an answer means: every one means something.
fn heard(answer: &Response<Bytes>) -> Heard {
    let body: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    let error = |name: &str| body["error"][name].as_str().unwrap_or_default();
    match answer.status().as_u16() {
        200..300 if body.is_object() => Heard::Done(body),
        401 | 403 => Heard::Shut,
        // Another request with the same key is under way.
        409 => Heard::Nothing,
        // Something behind the gateway failed.
        424 => Heard::Nothing,
        429 => Heard::NotNow { after_s: retry_after_s(answer.headers()) },
        400..500 => {
            let code = [error("decline_code"), error("code"), error("type"), "refused"];
            let code = code.into_iter().find(|code| !code.is_empty()).unwrap_or_default().to_owned();
            Heard::Refused { code, message: error("message").to_owned() }
        }
        500 => Heard::Failed { replayed: answer.headers().get("idempotent-replayed").is_some_and(|is| is == "true") },
        // 502, 503, 504: whoever stands in front of it does not know either. A redirect or half an answer tells nothing.
        _ => Heard::Nothing,
    }
}

fn retry_after_s(headers: &HeaderMap) -> Option<u64> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.parse().ok()
}

fn left_of(patience: Duration, began: Timestamp, now: Timestamp) -> Duration {
    let spent = Duration::try_from(now.duration_since(began)).unwrap_or_default();
    patience.saturating_sub(spent)
}

/// Nobody asks any longer.
fn given_up(ask: &Ask, perhaps: bool, after_s: Option<u64>) -> GatewayError {
    if perhaps && ask.method == Method::POST {
        return GatewayError::Unclear;
    }
    GatewayError::Unavailable { retry_after_s: after_s.unwrap_or(AGAIN_S).clamp(1, LONGEST_AGAIN_S) }
}

/// It answered, and nobody knows what: a question changes nothing, and anything else may have.
pub(super) fn unknown(method: &Method) -> GatewayError {
    given_up(&Ask { method: method.clone(), ..Ask::get("") }, true, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16, headers: &[(&'static str, &'static str)], body: &'static str) -> Heard {
        let mut answer = Response::builder().status(status);
        for (name, value) in headers {
            answer = answer.header(*name, *value);
        }
        heard(&answer.body(Bytes::from(body)).unwrap())
    }

    #[test]
    fn every_status_means_something() {
        let error = r#"{"error": {"type": "invalid_request_error", "message": "No."}}"#;
        for status in 100..1000 {
            let meant = of(status, &[], error);
            let expected = match status {
                200..300 => Heard::Done(serde_json::from_str(error).unwrap()),
                401 | 403 => Heard::Shut,
                429 => Heard::NotNow { after_s: None },
                409 | 424 => Heard::Nothing,
                400..500 => Heard::Refused { code: "invalid_request_error".into(), message: "No.".into() },
                500 => Heard::Failed { replayed: false },
                _ => Heard::Nothing,
            };
            assert_eq!(meant, expected, "{status}");
        }
    }

    #[test]
    fn a_refusal_is_named_by_its_narrowest_word() {
        let code = |body| {
            let Heard::Refused { code, .. } = of(400, &[], body) else { panic!("{body} is no refusal") };
            code
        };
        let all = r#"{"error": {"type": "card_error", "code": "card_declined", "decline_code": "lost_card"}}"#;
        assert_eq!(code(all), "lost_card");
        assert_eq!(code(r#"{"error": {"type": "card_error", "code": "expired_card"}}"#), "expired_card");
        assert_eq!(code(r#"{"error": {"type": "idempotency_error"}}"#), "idempotency_error");
        assert_eq!(code("<html>"), "refused");
    }

    #[test]
    fn headers_are_heard_and_half_an_answer_is_none() {
        assert_eq!(of(429, &[("retry-after", "7")], ""), Heard::NotNow { after_s: Some(7) });
        assert_eq!(of(429, &[("retry-after", "Fri, 27 Nov 2026 03:00:00 GMT")], ""), Heard::NotNow { after_s: None });
        assert_eq!(of(500, &[("idempotent-replayed", "true")], ""), Heard::Failed { replayed: true });
        assert_eq!(of(200, &[], r#"{"id": "pi_"#), Heard::Nothing);
        assert_eq!(of(200, &[], ""), Heard::Nothing);
    }

    #[test]
    fn giving_up_says_what_is_known() {
        let (get, post) = (Ask::get("/"), Ask::post("/"));
        assert_eq!(given_up(&post, true, None), GatewayError::Unclear);
        assert_eq!(given_up(&post, false, Some(7)), GatewayError::Unavailable { retry_after_s: 7 });
        assert_eq!(given_up(&get, true, None), GatewayError::Unavailable { retry_after_s: AGAIN_S });
        assert_eq!(given_up(&get, true, Some(0)), GatewayError::Unavailable { retry_after_s: 1 });
        assert_eq!(given_up(&get, true, Some(9000)), GatewayError::Unavailable { retry_after_s: LONGEST_AGAIN_S });
    }
}
