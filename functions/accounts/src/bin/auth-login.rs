//! POST /v1/auth/login: an address and a password for a session.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_accounts::api::login::function())
}
