//! GET /v1/me/sessions: where the caller is logged in.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_accounts::api::me_sessions_list::function())
}
