//! GET /v1/admin/users: all users, for staff.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_accounts::api::users_list::function())
}
