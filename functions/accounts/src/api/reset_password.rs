//! POST /v1/auth/reset-password: the code from a mail sets a new password.

use axum::extract::State;
use axum::http::HeaderMap;
use holdfast_auth::Password;
use holdfast_http::{CodeProblems, Json, NoContent, Origin, OurFault, Problem, TooMany, endpoint};
use holdfast_runtime::Function;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::device;
use crate::codes::{Checkpoint, Purpose, refused};
use crate::domain::Status;
use crate::events::Happened;
use crate::store::{Change, Counter, Person};

/// The mail's token, and the new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetPasswordRequest {
    /// The token of the mail's link.
    #[schema(max_length = 200)]
    token: String,
    /// 8 to 128 characters, and none of the commonest.
    #[schema(value_type = String, min_length = 8, max_length = 128)]
    password: Password,
}

/// Sets a new password by a mailed code.
///
/// Every session ends. Who could read the mail has shown the address to be theirs, so it counts as verified.
#[utoipa::path(
    post, path = "/v1/auth/reset-password", operation_id = "auth_reset_password", tag = "accounts", security(()),
    request_body = ResetPasswordRequest,
    responses((status = 204, description = "The new password counts, and every session has ended"), CodeProblems, TooMany, OurFault)
)]
async fn reset_password(
    State(Checkpoint { accounts, codes }): State<Checkpoint>,
    origin: Origin,
    headers: HeaderMap,
    Json(sent): Json<ResetPasswordRequest>,
) -> Result<NoContent, Problem> {
    accounts.admit(Counter::Client(origin.source_ip)).await?;
    let (user, code) = codes.open(Purpose::ResetPassword, &sent.token).ok_or_else(refused)?;
    let password = sent.password.hash(accounts.ambient.bytes());
    let device = device(&headers);
    let decide = |person: &mut Person, now| {
        let profile = person.profile.as_mut().filter(|_| person.user.is_reset_by(code, now)).ok_or_else(refused)?;
        profile.password = password.clone();
        // Whoever reads the mail is at home where they read it.
        let home = accounts.at_home(&profile.email, &origin, &device);
        person.user.reset = None;
        if person.user.status == Status::Unverified {
            person.user.verify();
        }
        person.user.end_sessions();
        Ok(Change::of(Happened::PasswordReset {}, ()).and_all(home))
    };
    accounts.change(user, &origin, None, decide).await?;
    Ok(NoContent)
}

/// auth-reset-password.
pub fn function() -> Function {
    endpoint::<Checkpoint>("auth-reset-password", || routes!(reset_password))
}
