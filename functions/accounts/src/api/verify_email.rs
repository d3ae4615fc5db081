//! POST /v1/auth/verify-email: the code from a mail opens the account.

use axum::extract::State;
use axum::http::HeaderMap;
use holdfast_auth::PasswordHash;
use holdfast_http::{CodeProblems, Json, NoContent, Origin, OurFault, Problem, TooMany, endpoint};
use holdfast_runtime::Function;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::device;
use crate::codes::{Checkpoint, Purpose, refused};
use crate::events::Happened;
use crate::store::{Change, Counter, Person};

/// What the mail said.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyEmailRequest {
    /// The token of the mail's link.
    #[schema(max_length = 200)]
    token: String,
}

/// Verifies an e-mail address.
///
/// Where the address was registered more than once, with passwords that differ, none of them counts: a mail to set a new one
/// follows.
#[utoipa::path(
    post, path = "/v1/auth/verify-email", operation_id = "auth_verify_email", tag = "accounts", security(()),
    request_body = VerifyEmailRequest,
    responses((status = 204, description = "The account is open"), CodeProblems, TooMany, OurFault)
)]
async fn verify_email(
    State(Checkpoint { accounts, codes }): State<Checkpoint>,
    origin: Origin,
    headers: HeaderMap,
    Json(sent): Json<VerifyEmailRequest>,
) -> Result<NoContent, Problem> {
    accounts.admit(Counter::Client(origin.source_ip)).await?;
    let (user, code) = codes.open(Purpose::VerifyEmail, &sent.token).ok_or_else(refused)?;
    let device = device(&headers);
    let decide = |person: &mut Person, now| {
        if !person.user.is_verified_by(code, now) {
            return Err(refused());
        }
        let contested = person.user.contested;
        if let Some(profile) = person.profile.as_mut().filter(|_| contested) {
            profile.password = PasswordHash::of_nobody();
        }
        person.user.verify();
        // Whoever reads the mail is at home where they read it.
        let home = person.profile.as_ref().map(|profile| accounts.at_home(&profile.email, &origin, &device));
        Ok(Change::of(Happened::EmailVerified {}, contested).and_all(home.into_iter().flatten()))
    };
    let (contested, person) = accounts.change(user, &origin, None, decide).await?;
    if contested {
        // A mail that is lost here is asked for again: by whoever cannot log in.
        accounts.mail_reset(person, &origin).await?;
    }
    Ok(NoContent)
}

/// auth-verify-email.
pub fn function() -> Function {
    endpoint::<Checkpoint>("auth-verify-email", || routes!(verify_email))
}
