//! GET /v1/admin/users/exists?email=: whether an address has an account, for staff.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_accounts::api::users_exists::function())
}
