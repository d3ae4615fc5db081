//! POST /v1/auth/forgot-password: a code to set a new password is asked for.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_accounts::api::forgot_password::function())
}
