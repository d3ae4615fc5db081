//! DELETE /v1/me: the caller is erased.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_accounts::api::me_delete::function())
}
