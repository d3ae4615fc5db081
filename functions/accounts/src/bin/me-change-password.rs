//! POST /v1/me/password: the caller changes their password.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_accounts::api::me_change_password::function())
}
