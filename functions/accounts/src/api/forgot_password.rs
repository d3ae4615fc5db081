//! POST /v1/auth/forgot-password: a code to set a new password is asked for.

use axum::extract::State;
use axum::http::StatusCode;
use holdfast_http::{BodyProblems, Json, Origin, OurFault, Problem, TooMany, endpoint};
use holdfast_runtime::Function;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::register::MailSent;
use crate::domain::Email;
use crate::store::Accounts;

/// Where to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ForgotPasswordRequest {
    /// The account's address.
    #[schema(value_type = String, example = "ada@example.com", max_length = 254)]
    email: Email,
}

/// Mails a code that resets the password.
///
/// It is good for an hour. Nothing is mailed where there is no account; the answer is the same.
#[utoipa::path(
    post, path = "/v1/auth/forgot-password", operation_id = "auth_forgot_password", tag = "accounts", security(()),
    request_body = ForgotPasswordRequest,
    responses((status = 202, description = "Accepted, whether or not there is such an account", body = MailSent), BodyProblems, TooMany, OurFault)
)]
async fn forgot_password(
    State(accounts): State<Accounts>,
    origin: Origin,
    Json(wanted): Json<ForgotPasswordRequest>,
) -> Result<(StatusCode, Json<MailSent>), Problem> {
    accounts.admit_mail(&wanted.email, &origin).await?;
    let found = accounts.person_at(&wanted.email).await?;
    match found.filter(|person| person.user.may_reset()) {
        Some(person) => accounts.mail_reset(person, &origin).await?,
        None => accounts.pretend(&wanted.email).await?,
    }
    Ok(MailSent::answer())
}

/// auth-forgot-password.
pub fn function() -> Function {
    endpoint::<Accounts>("auth-forgot-password", || routes!(forgot_password))
}
