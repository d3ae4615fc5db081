//! POST /v1/admin/users/{id}/disable: staff lock someone out, or let them in again.

use axum::extract::State;
use holdfast_auth::Permission;
use holdfast_core::UserId;
use holdfast_http::{
    BodyProblems, ETag, IfMatch, Json, NotFound, Origin, OurFault, Path, Problem, Staff, StaffProblems, Stale, Tagged,
    endpoint, permission,
};
use holdfast_runtime::Function;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::UserView;
use super::users_set_roles::not_oneself;
use crate::domain::{DisableReason, Status};
use crate::events::Happened;
use crate::store::{Change, Members, Person};

/// Out or in, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisableRequest {
    /// Out (true, and when it is not said) or in again (false).
    #[serde(default = "out")]
    #[schema(default = true)]
    disabled: bool,
    /// Why.
    #[serde(default)]
    reason: DisableReason,
}

fn out() -> bool {
    true
}

/// Locks someone out, or lets them in again.
///
/// Who is locked out loses every session; an access token that is out lives on for its few minutes.
#[utoipa::path(
    post, path = "/v1/admin/users/{id}/disable", operation_id = "users_disable", tag = "accounts", security(("access_token" = ["users.write"])),
    params(
        ("id" = String, Path, description = "The user's id"),
        ("if-match" = Option<String>, Header, description = "The version that is meant: 412 when it is not the current one")
    ),
    request_body = DisableRequest,
    responses(
        (status = 200, description = "The user as they are now", body = UserView, headers(("etag" = String, description = "The user's version"))),
        (status = 409, description = "own_account: nobody disables themselves; not_active: the user is not verified yet, or erased", body = holdfast_http::ProblemBody, content_type = "application/problem+json"),
        BodyProblems, StaffProblems, NotFound, Stale, OurFault
    )
)]
async fn users_disable(
    State(members): State<Members>,
    staff: Staff<permission::UsersWrite>,
    origin: Origin,
    if_match: IfMatch,
    Path(id): Path<UserId>,
    Json(wanted): Json<DisableRequest>,
) -> Result<Tagged<Json<UserView>>, Problem> {
    not_oneself(&staff.caller, id)?;
    members.accounts.acting(&staff.caller, Permission::UsersWrite).await?;
    let reason = wanted.reason;
    let decide = |person: &mut Person, _| {
        if_match.admits(person.user.version)?;
        match person.user.status {
            Status::Active | Status::Disabled => {}
            Status::Unverified | Status::Erased => {
                let detail = "Only an account that was opened can be disabled.";
                return Err(Problem::conflict("not_active", "The user is not active", detail));
            }
        }
        Ok(if wanted.disabled {
            person.user.status = Status::Disabled;
            person.user.end_sessions();
            Change::of(Happened::Disabled { reason }, ())
        } else {
            person.user.status = Status::Active;
            Change::of(Happened::Enabled { reason }, ())
        })
    };
    let ((), person) = members.accounts.change(id, &origin, Some(staff.caller.user), decide).await?;
    Ok(Tagged(ETag(person.user.version), Json(UserView::of(&person))))
}

/// users-disable.
pub fn function() -> Function {
    endpoint::<Members>("users-disable", || routes!(users_disable))
}
