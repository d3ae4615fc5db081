//! GET /v1/me/sessions: where the caller is logged in.

use axum::extract::State;
use holdfast_core::{SessionId, Timestamp};
use holdfast_http::{CallerProblems, Customer, Json, Listed, OurFault, Problem, endpoint};
use holdfast_runtime::Function;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::domain::{Device, Session};
use crate::store::Members;

/// A session of the caller.
#[derive(Serialize, ToSchema)]
pub struct SessionView {
    /// The session's id.
    #[schema(value_type = String, example = "ses_06f8x2m4k9s1t7c3v5b8n0q2w4")]
    id: SessionId,
    /// Where.
    #[schema(value_type = String, example = "Firefox on Linux")]
    device: Device,
    /// Whether it is the one that asks.
    current: bool,
    /// Since when.
    created_at: Timestamp,
    /// When it was last refreshed.
    last_used_at: Timestamp,
    /// When it ends, unless it is used before.
    expires_at: Timestamp,
}

/// The caller's sessions, the newest first.
#[utoipa::path(
    get, path = "/v1/me/sessions", operation_id = "me_sessions_list", tag = "accounts", security(("access_token" = [])),
    responses((status = 200, description = "The sessions that go on, on one page: the newest 100 where there are more", body = Listed<SessionView>), CallerProblems, OurFault)
)]
async fn me_sessions_list(
    State(members): State<Members>,
    caller: Customer,
) -> Result<Json<Listed<SessionView>>, Problem> {
    let accounts = &members.accounts;
    let person = accounts.member(caller.user).await?;
    let now = accounts.ambient.now();
    let alive =
        accounts.sessions(caller.user).await?.into_iter().filter(|session| session.is_alive(person.user.epoch, now));
    let view = |session: Session| SessionView {
        id: session.id,
        current: session.id == caller.session,
        created_at: session.created_at,
        last_used_at: session.last_used_at,
        expires_at: session.expires_at(),
        device: session.device,
    };
    Ok(Json(Listed::whole(alive.map(view).collect())))
}

/// me-sessions-list.
pub fn function() -> Function {
    endpoint::<Members>("me-sessions-list", || routes!(me_sessions_list))
}
