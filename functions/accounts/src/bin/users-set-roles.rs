//! PUT /v1/admin/users/{id}/roles: staff decide what someone works as.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_accounts::api::users_set_roles::function())
}
