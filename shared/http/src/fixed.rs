//! Answers that stay the same until the next deployment: named by their content, so that nobody loads them twice.

use std::sync::Arc;

use axum::body::Bytes;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// Five minutes: as long as a reader may see the last release after a new one.
const FRESH: &str = "public, max-age=300";

/// An answer that does not change.
#[derive(Clone, Debug)]
pub struct Fixed {
    body: Bytes,
    headers: Arc<[(HeaderName, String)]>,
    etag: Arc<str>,
}

impl Fixed {
    /// This content, of this type, with further headers of its own.
    pub fn new(content: String, content_type: &str, headers: Vec<(HeaderName, String)>) -> Self {
        let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(Sha256::digest(&content)));
        let shared = [(CONTENT_TYPE, content_type), (CACHE_CONTROL, FRESH), (ETAG, &etag)];
        let shared = shared.map(|(name, value)| (name, value.to_owned()));
        let headers = shared.into_iter().chain(headers).collect();
        Self { body: content.into(), headers, etag: etag.into() }
    }

    /// The content, or 304 to someone who has it.
    pub fn answer(&self, asked: &HeaderMap) -> Response {
        let has_it = asked.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok()).any(|value| {
            // A proxy that compresses makes the tag a weak one; the content is the same.
            let mut tags = value.split(',').map(|tag| tag.trim().trim_start_matches("W/"));
            tags.any(|tag| tag == "*" || tag == &*self.etag)
        });
        let mut response =
            if has_it { StatusCode::NOT_MODIFIED.into_response() } else { self.body.clone().into_response() };
        for (name, value) in self.headers.iter().filter(|(name, _)| !has_it || name != CONTENT_TYPE) {
            if let Ok(value) = value.parse() {
                response.headers_mut().insert(name.clone(), value);
            }
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(tag: Option<&str>) -> Response {
        let mut headers = HeaderMap::new();
        if let Some(tag) = tag {
            headers.insert(IF_NONE_MATCH, tag.parse().unwrap());
        }
        Fixed::new("content".to_owned(), "text/plain", vec![]).answer(&headers)
    }

    #[test]
    fn only_who_lacks_the_content_gets_it() {
        let first = asked(None);
        assert_eq!(first.status(), 200);
        assert_eq!(first.headers()[CONTENT_TYPE], "text/plain");
        let tag = first.headers()[ETAG].to_str().unwrap().to_owned();
        for has_it in [tag.clone(), format!("W/{tag}"), format!("\"a\", {tag}"), "*".to_owned()] {
            let answer = asked(Some(&has_it));
            assert_eq!(answer.status(), 304, "{has_it}");
            assert_eq!(answer.headers()[ETAG], *tag);
            assert_eq!(answer.headers()[CACHE_CONTROL], FRESH);
            assert!(!answer.headers().contains_key(CONTENT_TYPE));
        }
        for lacks_it in ["\"a\"", "", tag.trim_matches('"')] {
            assert_eq!(asked(Some(lacks_it)).status(), 200, "{lacks_it}");
        }
    }
}
