//! PUT /v1/admin/users/{id}/roles: staff decide what someone works as.

use axum::extract::State;
use holdfast_auth::{Permission, Role};
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
use crate::events::Happened;
use crate::store::{Change, Members, Person};

/// The roles from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetRolesRequest {
    /// Any of support, warehouse, catalog, analyst, admin; none for a customer.
    #[schema(value_type = Vec<String>, example = json!(["support"]))]
    roles: Vec<Role>,
}

/// Sets someone's roles.
///
/// They count from the next token on, 15 minutes at the latest. Nobody sets their own: the last admin cannot lock
/// everybody out.
#[utoipa::path(
    put, path = "/v1/admin/users/{id}/roles", operation_id = "users_set_roles", tag = "accounts", security(("access_token" = ["users.write"])),
    params(
        ("id" = String, Path, description = "The user's id"),
        ("if-match" = Option<String>, Header, description = "The version that is meant: 412 when it is not the current one")
    ),
    request_body = SetRolesRequest,
    responses(
        (status = 200, description = "The user as they are now", body = UserView, headers(("etag" = String, description = "The user's version"))),
        (status = 409, description = "own_account: nobody sets their own roles; not_active: the user is not active", body = holdfast_http::ProblemBody, content_type = "application/problem+json"),
        BodyProblems, StaffProblems, NotFound, Stale, OurFault
    )
)]
async fn users_set_roles(
    State(members): State<Members>,
    staff: Staff<permission::UsersWrite>,
    origin: Origin,
    if_match: IfMatch,
    Path(id): Path<UserId>,
    Json(SetRolesRequest { mut roles }): Json<SetRolesRequest>,
) -> Result<Tagged<Json<UserView>>, Problem> {
    not_oneself(&staff.caller, id)?;
    members.accounts.acting(&staff.caller, Permission::UsersWrite).await?;
    roles.sort_unstable();
    roles.dedup();
    let decide = |person: &mut Person, _| {
        if_match.admits(person.user.version)?;
        if person.active().is_err() {
            return Err(Problem::conflict("not_active", "The user is not active", "Only an active user has roles."));
        }
        person.user.roles.clone_from(&roles);
        Ok(Change::of(Happened::RolesSet { roles: roles.clone() }, ()))
    };
    let ((), person) = members.accounts.change(id, &origin, Some(staff.caller.user), decide).await?;
    Ok(Tagged(ETag(person.user.version), Json(UserView::of(&person))))
}

/// Nobody decides about themselves.
pub(super) fn not_oneself(caller: &holdfast_http::Customer, id: UserId) -> Result<(), Problem> {
    if caller.user == id {
        let detail = "Somebody else has to do this for you.";
        return Err(Problem::conflict("own_account", "Nobody decides about their own account", detail));
    }
    Ok(())
}

/// users-set-roles.
pub fn function() -> Function {
    endpoint::<Members>("users-set-roles", || routes!(users_set_roles))
}
