//! GET /openapi.json: the API's description.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use holdfast_http::{OurFault, endpoint};
use holdfast_runtime::{FromInit, Function, Init, InitError};
use utoipa_axum::routes;

use crate::document::OPENAPI;
use holdfast_http::Fixed;

/// The document.
#[derive(Clone, Debug)]
pub struct Document(Fixed);

impl FromInit for Document {
    async fn from_init(_: &Init) -> Result<Self, InitError> {
        Ok(Self(Fixed::new(OPENAPI.to_owned(), "application/json", Vec::new())))
    }
}

/// The API's description, as OpenAPI 3.1.
#[utoipa::path(
    get, path = "/openapi.json", operation_id = "docs_openapi", tag = "service", security(()),
    responses(
        (status = 200, description = "The description", body = serde_json::Value, content_type = "application/json"),
        (status = 304, description = "It is still what the ETag in If-None-Match names"),
        OurFault,
    )
)]
async fn docs_openapi(State(Document(document)): State<Document>, headers: HeaderMap) -> Response {
    document.answer(&headers)
}

/// docs-openapi.
pub fn function() -> Function {
    endpoint::<Document>("docs-openapi", || routes!(docs_openapi))
}
