//! Whatever no route takes: 404 where there is no such path, 405 where it takes other methods.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{Method, StatusCode, Uri};
use holdfast_http::{Problem, fallback};
use holdfast_runtime::{FromInit, Function, Init, InitError};

use crate::document::OPENAPI;
use crate::routes::Routes;

/// The paths that there are.
#[derive(Clone, Debug)]
pub struct Paths(Arc<Routes>);

impl FromInit for Paths {
    async fn from_init(_: &Init) -> Result<Self, InitError> {
        Ok(Self(Arc::new(Routes::of(OPENAPI))))
    }
}

async fn not_found(State(Paths(routes)): State<Paths>, method: Method, uri: Uri) -> Problem {
    let allowed = routes.methods(uri.path()).into_iter().collect::<Vec<_>>().join(", ");
    if allowed.is_empty() {
        return Problem::new(
            StatusCode::NOT_FOUND,
            "no_such_route",
            "There is no such path",
            "GET /docs lists those that there are.",
        );
    }
    let detail = format!("This path does not take {method}, but {allowed}.");
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "The path does not take this method", detail)
        .header("allow", allowed)
}

/// not-found.
pub fn function() -> Function {
    fallback::<Paths, _, _>("not-found", not_found)
}
