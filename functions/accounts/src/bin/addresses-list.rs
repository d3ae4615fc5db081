//! GET /v1/me/addresses: the caller's addresses.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_accounts::api::addresses_list::function())
}
