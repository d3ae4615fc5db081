//! What all actors of a process were answered: what is documented can be held against it.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use http::Method;
use serde_json::Value;

use crate::answer::Answer;

/// One kind of answer to one path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen {
    /// GET, POST…
    pub method: String,
    /// The path as it was asked.
    pub path: String,
    /// The status.
    pub status: u16,
    /// A problem's code.
    pub code: Option<String>,
}

static SEEN: Mutex<BTreeSet<Seen>> = Mutex::new(BTreeSet::new());

pub(crate) fn note(method: Method, path: String, answer: &Answer) {
    let problem = answer.header("content-type") == Some("application/problem+json");
    let body = problem.then(|| serde_json::from_slice::<Value>(answer.bytes()).ok()).flatten();
    let code = body.and_then(|body| Some(body.get("code")?.as_str()?.to_owned()));
    let seen = Seen { method: method.to_string(), path, status: answer.status.as_u16(), code };
    SEEN.lock().unwrap_or_else(PoisonError::into_inner).insert(seen);
}

/// All kinds of answers so far.
pub fn seen() -> BTreeSet<Seen> {
    SEEN.lock().unwrap_or_else(PoisonError::into_inner).clone()
}
