//! Public answers that caches may keep, named by their content: whoever has one already gets 304.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::etag::ETag;

/// What a client has already, if it says so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IfNoneMatch(Vec<String>);

/// For whom and for how long an answer is fresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// For everybody, for so many seconds.
    Public(u32),
    /// For the caller alone, who asks each time whether it still holds.
    Private,
}

impl<S: Sync> FromRequestParts<S> for IfNoneMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let values = parts.headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        Ok(Self(values.flat_map(|value| value.split(',')).map(|tag| tag.trim().to_owned()).collect()))
    }
}

impl IfNoneMatch {
    /// The body, or 304 to someone who has it. A `version` begins the tag, so that If-Match can name it.
    pub fn answer<T: Serialize>(&self, body: &T, version: Option<ETag>, freshness: Freshness) -> Response {
        let body = serde_json::to_vec(body).unwrap_or_default();
        let content: String = Sha256::digest(&body).iter().take(12).map(|byte| format!("{byte:02x}")).collect();
        let tag = version.map_or(format!("\"{content}\""), |ETag(version)| format!("\"{version}-{content}\""));
        // A proxy that compresses makes the tag a weak one; the content is the same.
        let has_it = self.0.iter().any(|known| known == "*" || known.trim_start_matches("W/") == tag);
        let mut response = if has_it {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            ([(CONTENT_TYPE, JSON)], body).into_response()
        };
        let mut set = |name: HeaderName, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                response.headers_mut().insert(name, value);
            }
        };
        set(ETAG, &tag);
        match freshness {
            Freshness::Public(seconds) => set(CACHE_CONTROL, &format!("public, max-age={seconds}")),
            Freshness::Private => set(CACHE_CONTROL, "private, no-cache"),
        }
        response
    }
}

const JSON: &str = "application/json";

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(known: &str, body: &str, version: Option<ETag>) -> (u16, String) {
        let known = known.split(',').map(|tag| tag.trim().to_owned()).collect();
        let answer = IfNoneMatch(known).answer(&body, version, Freshness::Public(60));
        assert_eq!(answer.headers()[CACHE_CONTROL], "public, max-age=60");
        (answer.status().as_u16(), answer.headers()[ETAG].to_str().unwrap().to_owned())
    }

    #[test]
    fn only_who_lacks_the_content_gets_it() {
        let (status, tag) = answer("", "a", Some(ETag(7)));
        assert!(status == 200 && tag.starts_with("\"7-"), "{tag}");
        for has_it in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".to_owned()] {
            assert_eq!(answer(&has_it, "a", Some(ETag(7))), (304, tag.clone()), "{has_it}");
        }
        assert_eq!(answer(&tag, "b", Some(ETag(7))).0, 200, "another content");
        assert_eq!(answer(&tag, "a", Some(ETag(8))).0, 200, "another version");
        let (_, unversioned) = answer("", "a", None);
        assert_eq!(answer(&unversioned, "a", None).0, 304);
    }
}
