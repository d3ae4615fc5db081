//! GET /.well-known/jwks.json: the public keys of access tokens.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_accounts::api::jwks::function())
}
