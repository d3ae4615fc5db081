//! POST /v1/auth/refresh: the next pair of tokens for the last.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_accounts::api::refresh::function())
}
