//! The service's own endpoints: health, documentation, what is not found.
//!
//! None of them needs a table or a secret: they answer while everything else is down, and health says that it is.

pub mod api;

mod document;
mod routes;

use holdfast_runtime::Function;

/// What this crate deploys.
pub fn functions() -> Vec<Function> {
    vec![api::health::function(), api::docs_openapi::function(), api::docs_page::function(), api::not_found::function()]
}
