//! JSON bodies: parsed strictly, and refused by the name of what is wrong.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::error::Category;

use crate::problem::Problem;

/// Our own limit of a body, in bytes: far above any request that we document, far below what would hurt.
const LARGEST_BODY: usize = 1_000_000;

/// A JSON body, in a request or in an answer.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        parse(&read(request).await?).map(Self)
    }
}

/// A body as it came, whatever it is: a signature is over its exact bytes.
#[derive(Clone, Debug)]
pub struct Raw(pub Bytes);

impl<S: Sync> FromRequest<S> for Raw {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        bytes(request.into_body()).await.map(Self)
    }
}

/// The bytes of a body that says it is JSON.
pub(crate) async fn read(request: Request) -> Result<Bytes, Problem> {
    let (parts, body) = request.into_parts();
    is_json(&parts.headers)?;
    bytes(body).await
}

async fn bytes(body: Body) -> Result<Bytes, Problem> {
    to_bytes(body, LARGEST_BODY).await.map_err(|_| {
        let detail = format!("A body has at most {LARGEST_BODY} bytes.");
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "The body is too large", detail)
    })
}

/// For a field that may be left out, but is not empty when it is there: `null` is refused.
pub fn present<'de, T: serde::Deserialize<'de>, D: serde::Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

fn is_json(headers: &HeaderMap) -> Result<(), Problem> {
    let refuse = |detail: &str| {
        Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "The body is not in a form that is read here",
            detail,
        ))
    };
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?").trim().to_ascii_lowercase());
    if text(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        return refuse("Send the body without a Content-Encoding.");
    }
    let content_type = text(CONTENT_TYPE).unwrap_or_default();
    let (kind, parameters) = content_type.split_once(';').unwrap_or((&content_type, ""));
    let utf8 = parameters.trim().trim_matches('"').replace('"', "");
    if kind.trim() != "application/json" || !["", "charset=utf-8"].contains(&utf8.as_str()) {
        return refuse("Send the body as application/json, in UTF-8.");
    }
    Ok(())
}

/// Parses a body. Twice-named fields, fields that nobody knows, lone surrogates and NULs are refused.
pub(crate) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    // A NUL can stand in a JSON string only as an escape, and nothing that we store has a use for one.
    if let Some(pointer) = body.windows(6).any(|six| six == br"\u0000").then(|| nul_in(body)).flatten() {
        return Err(Problem::invalid(pointer, "must not contain a NUL character"));
    }
    // serde reads a list as a struct, field by field; our documents have names.
    if body.trim_ascii_start().starts_with(b"[") && serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok() {
        return Err(Problem::invalid("", "the body must be an object"));
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    let parsed = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let parents = error.path().iter().map(segment).collect::<String>();
        let error = error.into_inner();
        // serde_json calls it bad syntax where one of a few words must be, and a number or null is.
        if error.is_syntax() && serde_json::from_slice::<Value>(body).is_ok() {
            return Problem::invalid(parents, "is no value that this field can have");
        }
        refusal(&parents, &error)
    })?;
    json.end().map_err(|error| refusal("", &error))?;
    Ok(parsed)
}

fn segment(segment: &serde_path_to_error::Segment) -> String {
    use serde_path_to_error::Segment;
    match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } => format!("/{}", escaped(key)),
        Segment::Enum { variant } => format!("/{}", escaped(variant)),
        Segment::Unknown => String::new(),
    }
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn refusal(parents: &str, error: &serde_json::Error) -> Problem {
    let text = error.to_string();
    // serde_json adds where in the text it stopped; a pointer says it better.
    let detail = text.rsplit_once(" at line ").map_or(text.as_str(), |(detail, _)| detail);
    match error.classify() {
        Category::Syntax | Category::Eof | Category::Io => {
            Problem::malformed(format!("The body is not JSON: {detail} (line {}).", error.line()))
        }
        Category::Data => {
            // These three speak of a field, but their path ends at its parent.
            let of_a_field = ["unknown field `", "missing field `", "duplicate field `"];
            let field = of_a_field.iter().find_map(|start| detail.strip_prefix(start)?.split('`').next());
            // serde's path already ends with a field that it knows.
            let known = field.filter(|field| !parents.ends_with(&format!("/{}", escaped(field))));
            let pointer = known.map_or(parents.to_owned(), |field| format!("{parents}/{}", escaped(field)));
            Problem::invalid(pointer, detail)
        }
    }
}

/// Where a NUL stands in a body, if one really does (a backslash may be escaped itself).
fn nul_in(body: &[u8]) -> Option<String> {
    fn search(value: &Value, pointer: &str) -> Option<String> {
        match value {
            Value::String(text) => text.contains('\0').then(|| pointer.to_owned()),
            Value::Array(items) => {
                items.iter().enumerate().find_map(|(place, item)| search(item, &format!("{pointer}/{place}")))
            }
            Value::Object(fields) => fields.iter().find_map(|(name, value)| {
                let pointer = format!("{pointer}/{}", escaped(name));
                if name.contains('\0') { Some(pointer) } else { search(value, &pointer) }
            }),
            Value::Null | Value::Bool(_) | Value::Number(_) => None,
        }
    }
    search(&serde_json::from_slice(body).ok()?, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Body {
        name: String,
        #[serde(default)]
        parts: Vec<Part>,
        #[serde(default)]
        size: Size,
    }

    #[derive(Debug, Default, PartialEq, serde::Deserialize)]
    enum Size {
        #[default]
        Small,
        Large,
    }

    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Part {
        count: u8,
    }

    fn refused(body: &str) -> (u16, String) {
        let problem = parse::<Body>(body.as_bytes()).unwrap_err();
        let pointer = problem.errors.first().map(|error| error.pointer.clone());
        (problem.status.as_u16(), pointer.unwrap_or_default())
    }

    #[test]
    fn a_body_that_is_right_is_read() {
        let body = parse::<Body>(br#"{"name": "\\u0000", "parts": [{"count": 1}], "size": "Large"}"#).unwrap();
        let parts = vec![Part { count: 1 }];
        assert_eq!(body, Body { name: "\\u0000".to_owned(), parts, size: Size::Large });
    }

    #[test]
    fn what_is_wrong_is_named() {
        let table = [
            ("", 400, ""),
            ("{", 400, ""),
            (r#"{"name": "a"} x"#, 400, ""),
            (r#"{"name": "\ud800"}"#, 400, ""),
            (r#"{"name": 1}"#, 422, "/name"),
            (r#"{}"#, 422, "/name"),
            (r#"{"name": "a", "nam": "b"}"#, 422, "/nam"),
            (r#"{"name": "a", "name": "b"}"#, 422, "/name"),
            (r#"{"name": "a\u0000"}"#, 422, "/name"),
            (r#"{"name": "a", "parts": [{"count": 1}, {"count": 256}]}"#, 422, "/parts/1/count"),
            (r#"{"name": "a", "parts": [{"count": -1}]}"#, 422, "/parts/0/count"),
            (r#"{"name": "a", "parts": [{}]}"#, 422, "/parts/0/count"),
            (r#"{"name": "a", "size": "Huge"}"#, 422, "/size"),
            (r#"{"name": "a", "size": null}"#, 422, "/size"),
            (r#"{"name": "a", "size": 1}"#, 422, "/size"),
            (r#"{"name": "a", "size": nul}"#, 400, ""),
            (r#"["a", []]"#, 422, ""),
            ("[", 400, ""),
        ];
        for (body, status, pointer) in table {
            assert_eq!(refused(body), (status, pointer.to_owned()), "{body}");
        }
        let deep = format!(r#"{{"name": {}"#, "[".repeat(100_000));
        assert_eq!(refused(&deep).0, 422, "a list where a text must be is refused at its first bracket");
        assert_eq!(parse::<Value>(deep.as_bytes()).unwrap_err().status.as_u16(), 400);
    }

    #[test]
    fn only_plain_json_is_read() {
        let with = |name: axum::http::HeaderName, value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, "application/json".parse().unwrap());
            headers.insert(name, value.parse().unwrap());
            is_json(&headers).is_ok()
        };
        for fine in ["application/json", "Application/JSON; charset=UTF-8", "application/json;charset=\"utf-8\""] {
            assert!(with(CONTENT_TYPE, fine), "{fine}");
        }
        for wrong in ["text/plain", "application/jsonp", "application/json; charset=utf-16", "", "multipart/form-data"]
        {
            assert!(!with(CONTENT_TYPE, wrong), "{wrong}");
        }
        assert!(!with(CONTENT_ENCODING, "gzip"));
        assert!(is_json(&HeaderMap::new()).is_err());
    }
}
