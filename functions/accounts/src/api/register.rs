//! POST /v1/auth/register: someone wants an account.
//!
//! Whether or not the address has one, the answer is the same, after the same work: a stranger must not learn who is
//! a customer. The mail tells the owner of the address which it was.

use axum::extract::State;
use axum::http::StatusCode;
use holdfast_auth::{Password, PasswordHash};
use holdfast_core::{CodeId, UserId};
use holdfast_http::{BodyProblems, Json, Origin, OurFault, Problem, TooMany, endpoint};
use holdfast_runtime::Function;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::domain::{Code, Email, Locale, PersonName, Status, User};
use crate::events::Happened;
use crate::store::{Accounts, Change, Person, Profile};

/// Who someone wants to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterRequest {
    /// Where a code is mailed to.
    #[schema(value_type = String, example = "ada@example.com", max_length = 254)]
    email: Email,
    /// 8 to 128 characters, and none of the commonest.
    #[schema(value_type = String, example = "correct horse battery", min_length = 8, max_length = 128)]
    password: Password,
    /// What mails call them.
    #[schema(value_type = String, example = "Ada Lovelace", max_length = 100)]
    name: PersonName,
}

/// The one answer of all endpoints that mail something.
#[derive(Serialize, ToSchema)]
pub struct MailSent {
    /// What to do next.
    #[schema(example = "Look into your mailbox.")]
    message: &'static str,
}

impl MailSent {
    /// 202, whatever was found.
    pub(crate) fn answer() -> (StatusCode, Json<Self>) {
        (StatusCode::ACCEPTED, Json(Self { message: "Look into your mailbox." }))
    }
}

/// Registers an account.
///
/// A code is mailed to the address; with it, [verify-email](#/accounts/auth_verify_email) opens the account. Where the
/// address has an account already, its owner is mailed a note instead, and the answer here is the same.
#[utoipa::path(
    post, path = "/v1/auth/register", operation_id = "auth_register", tag = "accounts", security(()),
    request_body = RegisterRequest,
    responses((status = 202, description = "Accepted, whether or not the address has an account", body = MailSent), BodyProblems, TooMany, OurFault)
)]
async fn register(
    State(accounts): State<Accounts>,
    origin: Origin,
    Json(wanted): Json<RegisterRequest>,
) -> Result<(StatusCode, Json<MailSent>), Problem> {
    accounts.admit_mail(&wanted.email, &origin).await?;
    // Hashed before anything is known, and compared with what is there or with nothing: it costs everybody the same time.
    let password = wanted.password.hash(accounts.ambient.bytes());
    let code_id: CodeId = accounts.ambient.id();
    let found = accounts.person_at(&wanted.email).await?;
    let profile = found.as_ref().and_then(|person| person.profile.as_ref());
    let kept = profile.map_or_else(PasswordHash::of_nobody, |profile| profile.password.clone());
    let same = kept.is_of(&wanted.password);
    match found {
        Some(found) => again(&accounts, &origin, found, &wanted, same, code_id).await?,
        None => {
            let (id, now) = (accounts.ambient.id::<UserId>(), accounts.ambient.now());
            let user = User::registered(id, Code::new(code_id, now, Code::LIFETIME), now);
            let (email, name) = (wanted.email, wanted.name);
            let profile = Profile { user_id: id, email, name, locale: Locale::default(), password };
            // Lost to a twin of this request, the twin's mail is on its way.
            accounts.register(user, &profile, &Happened::Registered { code_id }, &origin).await?;
        }
    }
    Ok(MailSent::answer())
}

/// The address has an account. One in use stays as it is, and its owner is told. One that nobody has verified waits on;
/// where the two passwords differ, one of them may be a stranger's, so that neither will count.
async fn again(
    accounts: &Accounts,
    origin: &Origin,
    found: Person,
    wanted: &RegisterRequest,
    same: bool,
    code_id: CodeId,
) -> Result<(), Problem> {
    let decide = |person: &mut Person, now| {
        let happened = match person.user.status {
            Status::Unverified => {
                person.user.verification = Some(Code::new(code_id, now, Code::LIFETIME));
                person.user.contested |= !same;
                Happened::VerificationRequested { code_id }
            }
            Status::Active | Status::Disabled | Status::Erased => Happened::RegistrationRepeated {},
        };
        // Three actions, as a first registration has: a user, a profile and an address.
        let change = Change::of(happened, ()).and(accounts.still_held(&wanted.email));
        Ok(change.and(accounts.still_there(person.user.id)))
    };
    accounts.change_found(found, origin, None, decide).await?;
    Ok(())
}

/// auth-register.
pub fn function() -> Function {
    endpoint::<Accounts>("auth-register", || routes!(register))
}
