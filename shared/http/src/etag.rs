//! Versions of a resource, as ETag and If-Match.

use axum::extract::FromRequestParts;
use axum::http::HeaderValue;
use axum::http::header::{ETAG, IF_MATCH};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use crate::problem::Problem;

/// A version of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ETag(pub u64);

/// The version that a client means to change, if it says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IfMatch(Option<Wanted>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Any,
    Version(u64),
    /// A tag that none of ours can be.
    Other,
}

/// An answer with its ETag.
#[derive(Clone, Copy, Debug)]
pub struct Tagged<T>(pub ETag, pub T);

impl IfMatch {
    /// 412 unless `version` is the one that was meant.
    pub fn admits(self, version: u64) -> Result<(), Problem> {
        match self.0 {
            None | Some(Wanted::Any) => Ok(()),
            Some(Wanted::Version(wanted)) if wanted == version => Ok(()),
            Some(Wanted::Version(_) | Wanted::Other) => Err(Problem::precondition_failed()),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self(parts.headers.get(IF_MATCH).map(|value| wanted(value.to_str().unwrap_or_default()))))
    }
}

fn wanted(text: &str) -> Wanted {
    if text.trim() == "*" {
        return Wanted::Any;
    }
    let version = text.trim().strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    // What stands behind a dash names what else was shown beside the version.
    let version = version.map(|tag| tag.split_once('-').map_or(tag, |(version, _)| version));
    let version = version.filter(|version| version.bytes().all(|byte| byte.is_ascii_digit()));
    version.and_then(|version| version.parse().ok()).map_or(Wanted::Other, Wanted::Version)
}

impl<T: IntoResponse> IntoResponse for Tagged<T> {
    fn into_response(self) -> Response {
        let Self(ETag(version), answer) = self;
        let mut response = answer.into_response();
        if let Ok(tag) = HeaderValue::from_str(&format!("\"{version}\"")) {
            response.headers_mut().insert(ETAG, tag);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_current_version_is_admitted() {
        let admits = |text: &str| IfMatch(Some(wanted(text))).admits(7).is_ok();
        assert!(admits("\"7\"") && admits("\"7-0a1b\"") && admits("*") && IfMatch(None).admits(7).is_ok());
        assert!(
            !admits("\"6\"")
                && !admits("7")
                && !admits("W/\"7\"")
                && !admits("\"x\"")
                && !admits("\"+7\"")
                && !admits("")
        );
    }
}
