//! DELETE /v1/me: the caller is erased.

use axum::extract::State;
use holdfast_http::{
    BodyProblems, CallerProblems, Customer, Json, NoContent, Origin, OurFault, Problem, TooMany, endpoint,
};
use holdfast_runtime::Function;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::me_change_password::is_right;
use crate::events::Happened;
use crate::store::{Change, Members, Person};

/// The caller means it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeDeleteRequest {
    /// The current password.
    #[schema(max_length = 128)]
    password: String,
}

/// Erases the caller.
///
/// Profile, e-mail address and addresses are gone for good, in one transaction, and every session ends. What is left of the
/// sessions (times, and a device as coarse as "Firefox on Linux") goes with their time. The id stays, because orders and
/// their payments must be kept and name it.
#[utoipa::path(
    delete, path = "/v1/me", operation_id = "me_delete", tag = "accounts", security(("access_token" = [])),
    request_body = MeDeleteRequest,
    responses((status = 204, description = "Nothing personal is left"), BodyProblems, CallerProblems, TooMany, OurFault)
)]
async fn me_delete(
    State(members): State<Members>,
    caller: Customer,
    origin: Origin,
    Json(sent): Json<MeDeleteRequest>,
) -> Result<NoContent, Problem> {
    let accounts = &members.accounts;
    let seen = is_right(accounts, &caller, &sent.password, "/password").await?;
    let decide = |person: &mut Person, _| {
        let profile = person.active()?;
        // The password was checked against the profile as it was then.
        if profile.password != seen {
            return Err(Problem::precondition_failed());
        }
        let freed = accounts.free_email(&profile.email);
        let addresses = person.user.addresses.iter().map(|id| accounts.remove_address(caller.user, *id));
        let with = std::iter::once(freed).chain(addresses).collect();
        person.user.erase();
        person.profile = None;
        Ok(Change { with, ..Change::of(Happened::Erased {}, ()) })
    };
    accounts.change_own(&caller, &origin, decide).await?;
    Ok(NoContent)
}

/// me-delete.
pub fn function() -> Function {
    endpoint::<Members>("me-delete", || routes!(me_delete))
}
