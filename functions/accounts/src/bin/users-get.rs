//! GET /v1/admin/users/{id}: a user, for staff.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_accounts::api::users_get::function())
}
