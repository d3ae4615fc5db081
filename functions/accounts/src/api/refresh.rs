//! POST /v1/auth/refresh: the next pair of tokens for the last.

use axum::extract::State;
use axum::http::StatusCode;
use holdfast_auth::RefreshToken;
use holdfast_http::{BodyProblems, Json, Origin, OurFault, Problem, RefreshProblems, TooMany, endpoint};
use holdfast_runtime::Function;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::desk::{Desk, Tokens};
use crate::domain::{Presented, SessionState};
use crate::events::Happened;
use crate::store::{Counter, Grant};

/// The token to be exchanged.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshRequest {
    /// The newest refresh token of the session.
    #[schema(max_length = 300)]
    refresh_token: String,
}

fn refused() -> Problem {
    let detail = "The refresh token is not valid: log in again.";
    let problem =
        Problem::new(StatusCode::UNAUTHORIZED, "invalid_refresh_token", "The refresh token is not valid", detail);
    problem.header("www-authenticate", "Bearer")
}

/// Exchanges a refresh token.
///
/// Each is worth one exchange. One that comes a second time has been copied, by a thief or from one: the whole session
/// ends, so that neither goes on.
#[utoipa::path(
    post, path = "/v1/auth/refresh", operation_id = "auth_refresh", tag = "accounts", security(()),
    request_body = RefreshRequest,
    responses((status = 200, description = "The session's next tokens", body = Tokens), BodyProblems, RefreshProblems, TooMany, OurFault)
)]
async fn refresh(
    State(desk): State<Desk>,
    origin: Origin,
    Json(sent): Json<RefreshRequest>,
) -> Result<Json<Tokens>, Problem> {
    let accounts = &desk.accounts;
    accounts.admit(Counter::Crowd(origin.source_ip)).await?;
    let token: RefreshToken = sent.refresh_token.parse().map_err(|_| refused())?;
    // A second round only after a twin of this request was faster: to it, this token is an earlier one.
    for _ in 0..2 {
        let (session, person) = accounts.session_of(&token).await?.ok_or_else(refused)?;
        let (user_id, now) = (session.user_id, accounts.ambient.now());
        person.active().map_err(|_| refused())?;
        match session.judge(&token, person.user.epoch, now) {
            Presented::Worthless => return Err(refused()),
            Presented::Reused => {
                let revoked = session.over(SessionState::Revoked);
                if accounts.save_session(&revoked, &Happened::SessionRevoked { user_id }, &origin).await? {
                    return Err(refused());
                }
            }
            Presented::Current => {
                let next = token.rotated(accounts.ambient.bytes());
                let session = session.rotated(&next, now);
                if accounts.save_session(&session, &Happened::SessionRefreshed { user_id }, &origin).await? {
                    return desk.tokens(&person, &Grant { session, token: next }).map(Json);
                }
            }
        }
    }
    Err(Problem::unavailable("the session kept changing"))
}

/// auth-refresh.
pub fn function() -> Function {
    endpoint::<Desk>("auth-refresh", || routes!(refresh))
}
