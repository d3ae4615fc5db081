//! What the gateway does not do, said as Stripe says it.

use serde_json::{Map, Value, json};

use super::objects::Intent;

/// A refusal.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Refused {
    pub(super) status: u16,
    /// `invalid_request_error`, `card_error`, `idempotency_error`, `api_error`.
    pub(super) kind: &'static str,
    pub(super) code: Option<String>,
    pub(super) message: String,
    pub(super) param: Option<String>,
    /// What else stands in the error: the intent, the charge.
    pub(super) more: Map<String, Value>,
    /// Whether the work had begun, so that the same key is answered the same again.
    pub(super) begun: bool,
}

impl Refused {
    pub(super) fn new(status: u16, kind: &'static str, code: Option<&str>, message: impl Into<String>) -> Self {
        let (code, message) = (code.map(str::to_owned), message.into());
        Self { status, kind, code, message, param: None, more: Map::new(), begun: false }
    }

    /// A request that is not what it should be.
    pub(super) fn invalid(code: Option<&str>, message: impl Into<String>) -> Self {
        Self::new(400, "invalid_request_error", code, message)
    }

    /// A parameter that is not what it should be.
    pub(super) fn parameter(name: &str, code: Option<&str>, reason: &str) -> Self {
        Self { param: Some(name.to_owned()), ..Self::invalid(code, format!("The parameter {name} {reason}")) }
    }

    pub(super) fn missing(name: &str) -> Self {
        Self::parameter(name, Some("parameter_missing"), "is required.")
    }

    pub(super) fn empty(name: &str) -> Self {
        Self::parameter(name, Some("parameter_invalid_empty"), "is there and says nothing.")
    }

    pub(super) fn unknown_parameter(name: &str) -> Self {
        Self::parameter(name, Some("parameter_unknown"), "is not known here.")
    }

    /// Nothing has this id, which stands in the path where `param` is `intent` or `id`.
    pub(super) fn not_found(what: &str, id: &str, param: &str) -> Self {
        let message = format!("No such {what}: '{id}'");
        let status = if ["intent", "id"].contains(&param) { 404 } else { 400 };
        let refused = Self::new(status, "invalid_request_error", Some("resource_missing"), message);
        Self { param: Some(param.to_owned()), ..refused }
    }

    /// An intent that is past what is asked of it.
    pub(super) fn unexpected_state(intent: &Intent, asked: &str) -> Self {
        let status = intent.status.name();
        let message = format!("This PaymentIntent's status is {status}: it cannot be {asked}.");
        let refused = Self::invalid(Some("payment_intent_unexpected_state"), message);
        let more = [("payment_intent".to_owned(), json!(intent))].into_iter().collect();
        Self { more, begun: true, ..refused }
    }

    /// The body as Stripe writes it.
    pub(super) fn body(&self) -> Value {
        let mut error = Map::new();
        if let Some(code) = &self.code {
            error.insert("code".to_owned(), json!(code));
            error.insert(
                "doc_url".to_owned(),
                json!(format!("https://stripe.com/docs/error-codes/{}", code.replace('_', "-"))),
            );
        }
        error.insert("message".to_owned(), json!(self.message));
        if let Some(param) = &self.param {
            error.insert("param".to_owned(), json!(param));
        }
        error.extend(self.more.clone());
        error.insert("type".to_owned(), json!(self.kind));
        json!({"error": error})
    }
}

/// Why a request came to nothing.
#[derive(Debug)]
pub(super) enum Trouble {
    /// It was refused.
    Refused(Box<Refused>),
    /// The local database failed.
    Broken(rusqlite::Error),
}

impl From<Refused> for Trouble {
    fn from(refused: Refused) -> Self {
        Self::Refused(Box::new(refused))
    }
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        Self::Broken(error)
    }
}
