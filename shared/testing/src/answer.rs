//! What came back, and what a test expects of it.

use std::fmt;

use holdfast_local::Bytes;
use http::{HeaderMap, Response, StatusCode};
use serde_json::Value;

/// An answer, with the request that it answers: a failed expectation prints both.
#[derive(Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    body: Bytes,
    asked: String,
}

impl Answer {
    pub(crate) fn new(asked: String, response: Response<Bytes>) -> Self {
        let (parts, body) = response.into_parts();
        Self { status: parts.status, headers: parts.headers, body, asked }
    }

    /// The body as it came.
    pub fn bytes(&self) -> &Bytes {
        &self.body
    }

    /// The body as a text.
    #[track_caller]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap_or_else(|error| panic!("the body is no text: {error}\n{self:?}"))
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("the body is no JSON: {error}\n{self:?}"))
    }

    /// The text at a JSON pointer of the body: `/user/email`.
    #[track_caller]
    pub fn at(&self, pointer: &str) -> String {
        match self.json().pointer(pointer) {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => panic!("the body has no {pointer}\n{self:?}"),
        }
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Itself, if it has this status.
    #[track_caller]
    pub fn expect_status(self, status: u16) -> Self {
        assert!(self.status.as_u16() == status, "wanted {status}, got {}\n{self:?}", self.status);
        self
    }

    /// Itself, if it is this problem.
    #[track_caller]
    pub fn expect_problem(self, status: u16, code: &str) -> Self {
        let answer = self.expect_status(status);
        let is = answer.problem_code();
        assert!(is == code, "wanted the problem {code}, got {is}\n{answer:?}");
        answer
    }

    /// The stable code of a problem.
    #[track_caller]
    pub fn problem_code(&self) -> String {
        let kind = self.header("content-type");
        assert!(kind == Some("application/problem+json"), "wanted a problem\n{self:?}");
        self.at("/code")
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "> {}\n< {}", self.asked.replace('\n', "\n> "), self.status)?;
        for (name, value) in &self.headers {
            writeln!(f, "< {name}: {}", String::from_utf8_lossy(value.as_bytes()))?;
        }
        match serde_json::from_slice::<Value>(&self.body) {
            Ok(json) => write!(f, "{json:#}"),
            Err(_) => f.write_str(&String::from_utf8_lossy(&self.body)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem() -> Answer {
        let response = Response::builder().status(409).header("content-type", "application/problem+json");
        let body = Bytes::from_static(br#"{"code":"out_of_stock","n":1}"#);
        Answer::new("POST /v1/checkout\n{}".to_owned(), response.body(body).unwrap())
    }

    #[test]
    fn an_expectation_that_holds_passes_the_answer_on() {
        let answer = problem().expect_status(409).expect_problem(409, "out_of_stock");
        assert_eq!((answer.at("/code"), answer.at("/n")), ("out_of_stock".to_owned(), "1".to_owned()));
    }

    #[test]
    #[should_panic(expected = "wanted 201, got 409 Conflict\n> POST /v1/checkout\n> {}\n< 409 Conflict")]
    fn an_expectation_that_fails_prints_request_and_answer() {
        problem().expect_status(201);
    }

    #[test]
    #[should_panic(expected = "the body has no /user")]
    fn what_is_not_there_is_named() {
        problem().at("/user");
    }
}
