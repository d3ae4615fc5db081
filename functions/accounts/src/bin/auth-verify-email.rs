//! POST /v1/auth/verify-email: the code from a mail opens the account.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_accounts::api::verify_email::function())
}
