//! POST /v1/auth/reset-password: the code from a mail sets a new password.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_accounts::api::reset_password::function())
}
