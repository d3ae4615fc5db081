//! POST /v1/me/addresses: the caller adds an address.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_accounts::api::addresses_create::function())
}
