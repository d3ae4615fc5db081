//! GET /.well-known/jwks.json: the public keys of access tokens.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use holdfast_http::{Fixed, OurFault, endpoint};
use holdfast_runtime::{FromInit, Function, Init, InitError};
use utoipa_axum::routes;

/// The keys, as the environment has them.
#[derive(Clone, Debug)]
pub struct PublicKeys(Fixed);

impl FromInit for PublicKeys {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self(Fixed::new(init.env.text("AUTH_JWKS")?.to_owned(), "application/json", Vec::new())))
    }
}

/// The public keys of access tokens.
///
/// A key is published before it signs, and stays until no token of it is left: whoever caches these for five minutes never
/// meets a token that they cannot check.
#[utoipa::path(
    get, path = "/.well-known/jwks.json", operation_id = "auth_jwks", tag = "accounts", security(()),
    responses((status = 200, description = "A JSON Web Key Set", body = serde_json::Value, content_type = "application/json"), (status = 304, description = "As If-None-Match has it"), OurFault)
)]
async fn jwks(State(PublicKeys(keys)): State<PublicKeys>, asked: HeaderMap) -> Response {
    keys.answer(&asked)
}

/// auth-jwks.
pub fn function() -> Function {
    endpoint::<PublicKeys>("auth-jwks", || routes!(jwks))
}
