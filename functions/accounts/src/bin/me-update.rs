//! PATCH /v1/me: the caller changes their profile.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_accounts::api::me_update::function())
}
