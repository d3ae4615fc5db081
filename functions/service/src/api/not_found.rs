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

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;

    use super::*;

    #[tokio::test]
    async fn a_path_without_the_method_is_not_a_path_that_is_missing() {
        let routes = Arc::new(Routes::of(r#"{"paths": {"/v1/me": {"get": {}, "patch": {}}}}"#));
        for (method, path, status, code) in [
            (Method::GET, "/v1/you", 404, "no_such_route"),
            (Method::POST, "/v1/me", 405, "method_not_allowed"),
            (Method::HEAD, "/v1/me", 405, "method_not_allowed"),
        ] {
            let problem = not_found(State(Paths(Arc::clone(&routes))), method, Uri::from_static(path)).await;
            assert_eq!(problem.code(), code, "{path}");
            assert_eq!(problem.into_response().status(), status, "{path}");
        }
    }
}
