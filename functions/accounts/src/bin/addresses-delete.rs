//! DELETE /v1/me/addresses/{id}: the caller removes an address.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_accounts::api::addresses_delete::function())
}
