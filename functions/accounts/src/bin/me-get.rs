//! GET /v1/me: the caller's own profile.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_accounts::api::me_get::function())
}
