//! POST /v1/auth/resend-verification: the code did not arrive, or its time is over.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_accounts::api::resend_verification::function())
}
