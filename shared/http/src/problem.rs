//! Problems: what a client reads when it cannot have what it asked for (RFC 9457).

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use holdfast_core::CursorError;
use holdfast_dynamo::{CommitError, StoreError};
use serde::Serialize;
use utoipa::ToSchema;

/// A problem on its way to the client. `endpoint` renders it, because it alone knows the request's id.
#[derive(Clone, Debug)]
pub struct Problem {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) title: &'static str,
    pub(crate) detail: String,
    pub(crate) errors: Vec<FieldError>,
    pub(crate) headers: Vec<(&'static str, String)>,
    /// What this kind of problem tells beside that, each under a name of its own.
    pub(crate) members: Option<Box<Members>>,
    /// For operators: never a client's to read.
    pub(crate) cause: Option<String>,
}

/// What a kind of problem tells beside its text, each under a name of its own.
pub type Members = serde_json::Map<String, serde_json::Value>;

/// Which input was wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// A JSON pointer into the body, or `?name` for a query parameter, or a header's name.
    #[schema(example = "/email")]
    pub pointer: String,
    /// What is wrong with it.
    #[schema(example = "must be an e-mail address")]
    pub detail: String,
}

/// A problem as `application/problem+json`.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemBody {
    /// Names the kind of problem.
    #[serde(rename = "type")]
    #[schema(example = "urn:holdfast:problem:invalid_input")]
    pub kind: String,
    /// The kind in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What was wrong this time.
    pub detail: String,
    /// Names the kind of problem for programs: it never changes.
    #[schema(example = "invalid_input")]
    pub code: String,
    /// Which inputs were wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// Names the request in the logs.
    pub request_id: String,
    /// What this kind of problem tells beside that.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub members: Option<Box<Members>>,
}

impl Problem {
    /// A problem of a context's own.
    pub fn new(status: StatusCode, code: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        let (errors, headers, members) = (Vec::new(), Vec::new(), None);
        Self { status, code, title, detail: detail.into(), errors, headers, members, cause: None }
    }

    /// 400: the request does not parse.
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed_request", "The request does not parse", detail)
    }

    /// 422: an input is not what it must be.
    pub fn invalid(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        let error = FieldError { pointer: short(pointer.into()), detail: short(detail.into()) };
        let detail = format!("{} {}", error.pointer, error.detail);
        let title = "An input is not what it must be";
        let problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_input", title, detail);
        Self { errors: vec![error], ..problem }
    }

    /// 401: no valid token.
    pub fn unauthenticated(detail: impl Into<String>) -> Self {
        let problem = Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", "A valid access token is needed", detail);
        problem.header("www-authenticate", "Bearer")
    }

    /// 403: a valid token of someone who may not.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "The caller's roles do not allow this", detail)
    }

    /// 404: there is none, or it is somebody else's.
    pub fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "There is no such thing", format!("There is no such {what}."))
    }

    /// 409: what is there already stands against it.
    pub fn conflict(code: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, title, detail)
    }

    /// 412: somebody changed it first.
    pub fn precondition_failed() -> Self {
        let detail = "It has changed since the version that If-Match names: read it again.";
        let title = "The version is not the current one";
        Self::new(StatusCode::PRECONDITION_FAILED, "precondition_failed", title, detail)
    }

    /// 429: too often.
    pub fn too_many(detail: impl Into<String>, retry_after_s: i64) -> Self {
        let problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "Too many requests", detail);
        problem.header("retry-after", retry_after_s.max(1).to_string())
    }

    /// 500: our fault.
    pub fn internal(cause: impl Into<String>) -> Self {
        let detail = "Something went wrong on our side. The request's id names it in our logs.";
        let problem = Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something went wrong", detail);
        Self { cause: Some(cause.into()), ..problem }
    }

    /// 503: not now.
    pub fn unavailable(cause: impl Into<String>) -> Self {
        Self::unavailable_for(cause, 1)
    }

    /// 503: not now, and not before so many seconds.
    pub fn unavailable_for(cause: impl Into<String>, retry_after_s: u64) -> Self {
        let detail = "It is too busy at the moment: try again.";
        let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Not available at the moment", detail);
        Self { cause: Some(cause.into()), ..problem }.header("retry-after", retry_after_s.max(1).to_string())
    }

    /// With what this kind of problem tells beside its text.
    pub fn with(mut self, name: &str, value: impl Serialize) -> Self {
        let members = self.members.get_or_insert_default();
        members.insert(name.to_owned(), serde_json::to_value(value).unwrap_or_default());
        self
    }

    /// With a header.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// What a client would read of its own fault, in one line; nothing when the fault is ours, or time heals it.
    pub fn refusal(&self) -> Option<String> {
        if self.status.is_server_error() || self.status == StatusCode::TOO_MANY_REQUESTS {
            return None;
        }
        let errors =
            self.errors.iter().map(|error| format!("{} {}", error.pointer.trim_start_matches('/'), error.detail));
        let errors: Vec<_> = errors.collect();
        Some(if errors.is_empty() { self.detail.clone() } else { errors.join("; ") })
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        self.code
    }
}

/// What a client sent comes back to it in part only: an answer has limits, too.
fn short(text: String) -> String {
    const LONGEST: usize = 200;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

impl From<CursorError> for Problem {
    fn from(error: CursorError) -> Self {
        Self::invalid("?cursor", error.to_string())
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let cause = format!("{error}: {}", error.reason());
        match error {
            StoreError::Busy { .. } => Self::unavailable(cause),
            StoreError::Failed { .. } | StoreError::Unreadable { .. } => Self::internal(cause),
        }
    }
}

/// For a commit whose conditions fail only when somebody else was faster: the client may try again.
impl From<CommitError> for Problem {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Store(error) => error.into(),
            CommitError::Cancelled(reasons) => Self::unavailable(format!("lost a race: {reasons:?}")),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
