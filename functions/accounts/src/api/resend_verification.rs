//! POST /v1/auth/resend-verification: the code did not arrive, or its time is over.

use axum::extract::State;
use axum::http::StatusCode;
use holdfast_http::{BodyProblems, Json, Origin, OurFault, Problem, TooMany, endpoint};
use holdfast_runtime::Function;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::register::MailSent;
use crate::domain::{Code, Email, Status};
use crate::events::Happened;
use crate::store::{Accounts, Change, Person};

/// Where to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResendVerificationRequest {
    /// The address that was registered.
    #[schema(value_type = String, example = "ada@example.com", max_length = 254)]
    email: Email,
}

/// Mails another verification code.
///
/// Those before it are void. Nothing is mailed where nothing waits to be verified; the answer is the same.
#[utoipa::path(
    post, path = "/v1/auth/resend-verification", operation_id = "auth_resend_verification", tag = "accounts", security(()),
    request_body = ResendVerificationRequest,
    responses((status = 202, description = "Accepted, whether or not there is such an account", body = MailSent), BodyProblems, TooMany, OurFault)
)]
async fn resend_verification(
    State(accounts): State<Accounts>,
    origin: Origin,
    Json(wanted): Json<ResendVerificationRequest>,
) -> Result<(StatusCode, Json<MailSent>), Problem> {
    accounts.admit_mail(&wanted.email, &origin).await?;
    let code_id = accounts.ambient.id();
    let decide = |person: &mut Person, now| {
        person.user.verification = Some(Code::new(code_id, now, Code::LIFETIME));
        Ok(Change::of(Happened::VerificationRequested { code_id }, ()))
    };
    let found = accounts.person_at(&wanted.email).await?;
    match found.filter(|person| person.user.status == Status::Unverified) {
        Some(person) => {
            accounts.change_found(person, &origin, None, decide).await?;
        }
        None => accounts.pretend(&wanted.email).await?,
    }
    Ok(MailSent::answer())
}

/// auth-resend-verification.
pub fn function() -> Function {
    endpoint::<Accounts>("auth-resend-verification", || routes!(resend_verification))
}
