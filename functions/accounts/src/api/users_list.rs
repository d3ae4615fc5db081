//! GET /v1/admin/users: all users, for staff.

use axum::extract::{FromRef, State};
use holdfast_http::{
    Guard, Json, ListQuery, Listed, OurFault, Problem, Query, QueryProblems, ServerKey, Staff, StaffProblems, endpoint,
    permission,
};
use holdfast_runtime::{FromInit, Function, Init, InitError};
use utoipa_axum::routes;

use super::UserView;
use crate::store::Members;

/// Members, and the key that seals the list's cursors.
#[derive(Clone)]
pub struct Roster {
    members: Members,
    server_key: ServerKey,
}

impl FromInit for Roster {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self { members: Members::from_init(init).await?, server_key: ServerKey::from_init(init).await? })
    }
}

impl FromRef<Roster> for Guard {
    fn from_ref(roster: &Roster) -> Self {
        roster.members.guard.clone()
    }
}

/// All users, the newest first.
#[utoipa::path(
    get, path = "/v1/admin/users", operation_id = "users_list", tag = "accounts", security(("access_token" = ["users.read"])),
    params(ListQuery),
    responses((status = 200, description = "A page of users", body = Listed<UserView>), QueryProblems, StaffProblems, OurFault)
)]
async fn users_list(
    State(roster): State<Roster>,
    _: Staff<permission::UsersRead>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Listed<UserView>>, Problem> {
    let page =
        roster.members.accounts.roster(&roster.server_key.cursors(), query.limit()?, query.cursor.as_deref()).await?;
    Ok(Json(Listed { items: page.items.iter().map(UserView::of).collect(), next_cursor: page.next_cursor }))
}

/// users-list.
pub fn function() -> Function {
    endpoint::<Roster>("users-list", || routes!(users_list))
}
