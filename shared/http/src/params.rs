//! What stands in the URL.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// The path's one parameter. What does not parse as one cannot exist: 404.
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(pub T);

impl<T: std::str::FromStr, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, state).await;
        let params = params.map_err(|_| Problem::not_found("path"))?;
        let value = params.iter().last().map(|(_, value)| value.parse());
        value.and_then(Result::ok).map(Self).ok_or_else(|| Problem::not_found("path"))
    }
}

/// The path's two parameters, in their order. Where either does not parse, nothing can exist: 404.
#[derive(Clone, Copy, Debug)]
pub struct Paths<A, B>(pub A, pub B);

impl<A: std::str::FromStr, B: std::str::FromStr, S: Send + Sync> FromRequestParts<S> for Paths<A, B> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, state).await;
        let params = params.map_err(|_| Problem::not_found("path"))?;
        let mut values = params.iter().map(|(_, value)| value);
        let first = values.next().and_then(|value| value.parse().ok());
        let second = values.next().and_then(|value| value.parse().ok());
        first.zip(second).map(|(first, second)| Self(first, second)).ok_or_else(|| Problem::not_found("path"))
    }
}

/// The query's parameters. An unknown one is refused, because a filter that is misspelt must not list everything.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
        serde_path_to_error::deserialize(pairs).map(Self).map_err(|error| {
            let field = error.path().to_string();
            let detail = error.into_inner().to_string();
            let named = detail.split('`').nth(1).map(str::to_owned);
            let field = if field == "." { named.unwrap_or_default() } else { field };
            Problem::invalid(format!("?{field}"), detail)
        })
    }
}
