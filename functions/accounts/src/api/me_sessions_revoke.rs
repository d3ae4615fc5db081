//! DELETE /v1/me/sessions/{id}: the caller ends a session of theirs.

use axum::extract::State;
use holdfast_core::SessionId;
use holdfast_http::{CallerProblems, Customer, NoContent, NotFound, Origin, OurFault, Path, Problem, endpoint};
use holdfast_runtime::Function;
use utoipa_axum::routes;

use crate::domain::SessionState;
use crate::events::Happened;
use crate::store::{Members, ROUNDS};

/// Ends a session.
///
/// Its refresh token is worth nothing from now on; an access token that is out lives on for its few minutes.
#[utoipa::path(
    delete, path = "/v1/me/sessions/{id}", operation_id = "me_sessions_revoke", tag = "accounts", security(("access_token" = [])),
    params(("id" = String, Path, description = "The session's id")),
    responses((status = 204, description = "The session has ended"), CallerProblems, NotFound, OurFault)
)]
async fn me_sessions_revoke(
    State(members): State<Members>,
    caller: Customer,
    origin: Origin,
    Path(id): Path<SessionId>,
) -> Result<NoContent, Problem> {
    let accounts = &members.accounts;
    let person = accounts.member(caller.user).await?;
    let (epoch, now) = (person.user.epoch, accounts.ambient.now());
    for _ in 0..ROUNDS {
        let session = accounts.session(caller.user, id).await?.filter(|session| session.is_alive(epoch, now));
        let session = session.ok_or_else(|| Problem::not_found("session"))?;
        let happened = Happened::SessionEnded { user_id: caller.user };
        if accounts.save_session(&session.over(SessionState::Ended), &happened, &origin).await? {
            return Ok(NoContent);
        }
    }
    Err(Problem::unavailable("the session kept changing"))
}

/// me-sessions-revoke.
pub fn function() -> Function {
    endpoint::<Members>("me-sessions-revoke", || routes!(me_sessions_revoke))
}
