//! POST /v1/auth/logout: a session ends, or all of them.

use axum::extract::State;
use holdfast_auth::RefreshToken;
use holdfast_http::{
    BodyProblems, CallerProblems, Customer, Json, NoContent, Origin, OurFault, Problem, TooMany, endpoint,
};
use holdfast_runtime::Function;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::domain::{Presented, SessionState};
use crate::events::Happened;
use crate::store::{Accounts, Change, Counter, Members, Person, ROUNDS};

/// Which session: the refresh token's, or all of the access token's owner.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LogoutRequest {
    /// A refresh token of the session.
    #[schema(max_length = 300)]
    refresh_token: Option<String>,
    /// With an access token: end all of its owner's sessions.
    #[serde(default)]
    everywhere: bool,
}

/// Ends a session, or all of them.
///
/// 204 whatever the refresh token turns out to be: after this it is worth nothing. An access token that is out lives on
/// for its few minutes.
#[utoipa::path(
    post, path = "/v1/auth/logout", operation_id = "auth_logout", tag = "accounts", security((), ("access_token" = [])),
    request_body = LogoutRequest,
    responses((status = 204, description = "The session has ended"), BodyProblems, CallerProblems, TooMany, OurFault)
)]
async fn logout(
    State(members): State<Members>,
    caller: Result<Customer, Problem>,
    origin: Origin,
    Json(sent): Json<LogoutRequest>,
) -> Result<NoContent, Problem> {
    let accounts = &members.accounts;
    accounts.admit(Counter::Crowd(origin.source_ip)).await?;
    if sent.everywhere {
        let decide = |person: &mut Person, _| {
            person.user.end_sessions();
            Ok(Change::of(Happened::SessionsEnded {}, ()))
        };
        accounts.change_own(&caller?, &origin, decide).await?;
        return Ok(NoContent);
    }
    let text = sent.refresh_token.ok_or_else(|| Problem::invalid("/refresh_token", "is missing"))?;
    if let Ok(token) = text.parse() {
        end(accounts, &token, &origin).await?;
    }
    Ok(NoContent)
}

/// An earlier token of the session ends it as well: whoever has it, its owner wants it over.
async fn end(accounts: &Accounts, token: &RefreshToken, origin: &Origin) -> Result<(), Problem> {
    for _ in 0..ROUNDS {
        let Some((session, person)) = accounts.session_of(token).await? else { return Ok(()) };
        let user_id = session.user_id;
        match session.judge(token, person.user.epoch, accounts.ambient.now()) {
            Presented::Worthless => return Ok(()),
            Presented::Current | Presented::Reused => {
                let ended = session.over(SessionState::Ended);
                if accounts.save_session(&ended, &Happened::SessionEnded { user_id }, origin).await? {
                    return Ok(());
                }
            }
        }
    }
    Err(Problem::unavailable("the session kept changing"))
}

/// auth-logout.
pub fn function() -> Function {
    endpoint::<Members>("auth-logout", || routes!(logout))
}
