//! POST /v1/me/password: the caller changes their password.

use axum::extract::State;
use holdfast_auth::{Password, PasswordHash};
use holdfast_http::{
    BodyProblems, CallerProblems, Customer, Json, NoContent, Origin, OurFault, Problem, TooMany, endpoint,
};
use holdfast_runtime::Function;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::domain::Session;
use crate::events::Happened;
use crate::store::{Accounts, Change, Counter, Members, Person, Profile, ROUNDS};

/// The old password and the new.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeChangePasswordRequest {
    /// The password until now.
    #[schema(max_length = 128)]
    current_password: String,
    /// The password from now on.
    #[schema(value_type = String, min_length = 8, max_length = 128)]
    new_password: Password,
}

/// Changes the caller's password.
///
/// Every other session ends; the one that asks goes on.
#[utoipa::path(
    post, path = "/v1/me/password", operation_id = "me_change_password", tag = "accounts", security(("access_token" = [])),
    request_body = MeChangePasswordRequest,
    responses((status = 204, description = "The new password counts, and every other session has ended"), BodyProblems, CallerProblems, TooMany, OurFault)
)]
async fn me_change_password(
    State(members): State<Members>,
    caller: Customer,
    origin: Origin,
    Json(sent): Json<MeChangePasswordRequest>,
) -> Result<NoContent, Problem> {
    let accounts = &members.accounts;
    let seen = is_right(accounts, &caller, &sent.current_password, "/current_password").await?;
    let password = sent.new_password.hash(accounts.ambient.bytes());
    for _ in 0..ROUNDS {
        let own = accounts.session(caller.user, caller.session).await?;
        let decide = |person: &mut Person, now| {
            let profile = person.active()?.clone();
            // The password was checked against the profile as it was then.
            if profile.password != seen {
                return Err(Problem::precondition_failed());
            }
            let own = own.filter(|session| session.is_alive(person.user.epoch, now));
            person.profile = Some(Profile { password: password.clone(), ..profile });
            person.user.reset = None;
            person.user.end_sessions();
            let change = Change::of(Happened::PasswordChanged {}, ());
            let Some(session) = own else { return Ok(change) };
            let session = Session { epoch: person.user.epoch, version: session.version.saturating_add(1), ..session };
            let happened = Happened::SessionKept { user_id: caller.user };
            Ok(change.and(accounts.changed_session(&session, &happened, &origin)))
        };
        let person = accounts.member(caller.user).await?;
        if accounts.attempt(person, &origin, Some(caller.user), decide).await?.is_some() {
            return Ok(NoContent);
        }
    }
    Err(Problem::unavailable("the user kept changing"))
}

/// Whether the caller knows the password, and what is kept of it. Guesses are counted: a stolen access token must not become
/// a stolen account.
pub(super) async fn is_right(
    accounts: &Accounts,
    caller: &Customer,
    password: &str,
    field: &str,
) -> Result<PasswordHash, Problem> {
    let person = accounts.member(caller.user).await?;
    let profile = person.active()?;
    accounts.admit(Counter::Member(caller.user)).await?;
    if profile.password.verifies(password) {
        Ok(profile.password.clone())
    } else {
        Err(Problem::invalid(field, "is not the current password"))
    }
}

/// me-change-password.
pub fn function() -> Function {
    endpoint::<Members>("me-change-password", || routes!(me_change_password))
}
