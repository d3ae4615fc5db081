//! POST /v1/auth/logout: a session ends, or all of them.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_accounts::api::logout::function())
}
