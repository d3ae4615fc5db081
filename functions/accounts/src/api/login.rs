//! POST /v1/auth/login: an address and a password for a session.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use holdfast_auth::PasswordHash;
use holdfast_carts::{Capped, CartToken, Carts};
use holdfast_http::{BodyProblems, CredentialProblems, Json, Origin, OurFault, Problem, TooMany, endpoint};
use holdfast_runtime::{FromInit, Function, Init, InitError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::device;
use crate::desk::{Desk, Tokens};
use crate::domain::Email;

/// Who someone says they are.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LoginRequest {
    /// The account's address.
    #[schema(value_type = String, example = "customer@demo.test", max_length = 254)]
    email: Email,
    /// The account's password.
    #[schema(example = "holdfast-demo", max_length = 128)]
    password: String,
    /// A guest's cart to take over. One that there is not changes nothing.
    #[schema(value_type = Option<String>, max_length = 48)]
    cart_token: Option<CartToken>,
}

/// The tokens of a new session, and what did not fit of the cart that was brought along.
#[derive(Serialize, ToSchema)]
pub struct Welcome {
    #[serde(flatten)]
    tokens: Tokens,
    /// Of which articles there are fewer in the cart than in both carts together.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    capped: Vec<Capped>,
}

/// The front desk, and the carts that guests bring along.
#[derive(Clone)]
pub struct Doorway {
    desk: Desk,
    carts: Carts,
}

impl FromInit for Doorway {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self { desk: Desk::from_init(init).await?, carts: Carts::from_init(init).await? })
    }
}

fn refused() -> Problem {
    let detail = "The e-mail address or the password is wrong, or the address has not been verified yet.";
    let problem =
        Problem::new(StatusCode::UNAUTHORIZED, "invalid_credentials", "The credentials are not valid", detail);
    problem.header("www-authenticate", "Bearer")
}

/// Logs in.
///
/// An unknown address, a wrong password, an account that is not verified or that is disabled: the answer is the same, and
/// takes the same time.
#[utoipa::path(
    post, path = "/v1/auth/login", operation_id = "auth_login", tag = "accounts", security(()),
    request_body = LoginRequest,
    responses((status = 200, description = "The tokens of a new session", body = Welcome), BodyProblems, CredentialProblems, TooMany, OurFault)
)]
async fn login(
    State(Doorway { desk, carts }): State<Doorway>,
    origin: Origin,
    headers: HeaderMap,
    Json(claimed): Json<LoginRequest>,
) -> Result<Json<Welcome>, Problem> {
    let accounts = &desk.accounts;
    accounts.admit_login(&claimed.email, &origin).await?;
    let person = accounts.person_at(&claimed.email).await?;
    let profile = person.as_ref().and_then(|person| person.profile.as_ref());
    let hash = profile.map_or_else(PasswordHash::of_nobody, |profile| profile.password.clone());
    let right = hash.verifies(&claimed.password);
    let person = person.filter(|person| right && person.active().is_ok()).ok_or_else(refused)?;
    let grant = accounts.begin_session(&person.user, &claimed.email, device(&headers), &origin).await?;
    let capped = match &claimed.cart_token {
        Some(token) => carts.merge(person.user.id, token).await.map(|merged| merged.capped),
        None => Ok(Vec::new()),
    };
    // Whoever is right about the password gets in; a cart that was not merged can still be.
    let capped = capped.unwrap_or_else(|problem| {
        tracing::warn!(code = problem.code(), "login.cart_not_merged");
        Vec::new()
    });
    Ok(Json(Welcome { tokens: desk.tokens(&person, &grant)?, capped }))
}

/// auth-login.
pub fn function() -> Function {
    endpoint::<Doorway>("auth-login", || routes!(login))
}
