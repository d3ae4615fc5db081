//! GET /.well-known/jwks.json: the public keys of access tokens.

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use holdfast_http::{OurFault, endpoint};
use holdfast_runtime::{FromInit, Function, Init, InitError};
use utoipa_axum::routes;

/// The keys, as the environment has them.
#[derive(Clone, Debug)]
pub struct PublicKeys(String);

impl FromInit for PublicKeys {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self(init.env.text("AUTH_JWKS")?.to_owned()))
    }
}

/// The public keys of access tokens.
///
/// A key is published before it signs, and stays until no token of it is left: whoever caches these for five minutes never
/// meets a token that they cannot check.
#[utoipa::path(
    get, path = "/.well-known/jwks.json", operation_id = "auth_jwks", tag = "accounts", security(()),
    responses((status = 200, description = "A JSON Web Key Set", body = serde_json::Value, content_type = "application/json"), OurFault)
)]
async fn jwks(State(PublicKeys(keys)): State<PublicKeys>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "public, max-age=300")], keys)
}

/// auth-jwks.
pub fn function() -> Function {
    endpoint::<PublicKeys>("auth-jwks", || routes!(jwks))
}
