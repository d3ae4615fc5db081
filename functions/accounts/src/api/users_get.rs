//! GET /v1/admin/users/{id}: a user, for staff.

use axum::extract::State;
use holdfast_core::UserId;
use holdfast_http::{
    ETag, Json, NotFound, OurFault, Path, Problem, Staff, StaffProblems, Tagged, endpoint, permission,
};
use holdfast_runtime::Function;
use utoipa_axum::routes;

use super::UserView;
use crate::store::Members;

/// A user, in whatever state.
#[utoipa::path(
    get, path = "/v1/admin/users/{id}", operation_id = "users_get", tag = "accounts", security(("access_token" = ["users.read"])),
    params(("id" = String, Path, description = "The user's id")),
    responses((status = 200, description = "The user", body = UserView, headers(("etag" = String, description = "The user's version"))), StaffProblems, NotFound, OurFault)
)]
async fn users_get(
    State(members): State<Members>,
    _: Staff<permission::UsersRead>,
    Path(id): Path<UserId>,
) -> Result<Tagged<Json<UserView>>, Problem> {
    let person = members.accounts.person(id).await?.ok_or_else(|| Problem::not_found("user"))?;
    Ok(Tagged(ETag(person.user.version), Json(UserView::of(&person))))
}

/// users-get.
pub fn function() -> Function {
    endpoint::<Members>("users-get", || routes!(users_get))
}
