//! POST /v1/auth/register: someone wants an account.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_accounts::api::register::function())
}
