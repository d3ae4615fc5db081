//! DELETE /v1/me/sessions/{id}: the caller ends a session of theirs.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_accounts::api::me_sessions_revoke::function())
}
