//! POST /v1/admin/users/{id}/disable: staff lock someone out, or let them in again.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_accounts::api::users_disable::function())
}
