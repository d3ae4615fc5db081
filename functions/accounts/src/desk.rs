//! Where tokens are handed out: the state of login and refresh, and their answer.

use std::sync::Arc;

use holdfast_auth::{KeySet, Signer};
use holdfast_http::Problem;
use holdfast_runtime::{FromInit, Init, InitError};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::Me;
use crate::store::{Accounts, Grant, Person};

/// Accounts, and the private key: only the functions that sign may read it.
#[derive(Clone, Debug)]
pub struct Desk {
    pub(crate) accounts: Accounts,
    signer: Arc<Signer>,
}

impl FromInit for Desk {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        let secret = init.aws.secret("AUTH_SIGNING_KEYS_PARAMETER").await?;
        let keys = KeySet::from_parameter(secret.expose()).map_err(|error| InitError::Invalid {
            name: "AUTH_SIGNING_KEYS_PARAMETER".to_owned(),
            reason: error.to_string(),
        })?;
        let signer = Signer::new(&keys, init.env.text("AUTH_ISSUER")?, init.env.text("AUTH_AUDIENCE")?);
        Ok(Self { accounts: Accounts::from_init(init).await?, signer: Arc::new(signer) })
    }
}

/// The tokens of a session.
#[derive(Serialize, ToSchema)]
pub struct Tokens {
    /// Goes with every request, as `Authorization: Bearer …`.
    access_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// The access token's life, in seconds.
    #[schema(example = 900)]
    expires_in: i64,
    /// Gets the next pair, once: it is worth nothing after that.
    refresh_token: String,
    /// Whose they are.
    user: Me,
}

impl Desk {
    /// Hands out the tokens of a grant.
    pub(crate) fn tokens(&self, person: &Person, grant: &Grant) -> Result<Tokens, Problem> {
        let user = &person.user;
        let (access_token, expires_in) =
            self.signer.issue(user.id, grant.session.id, &user.roles, &self.accounts.ambient);
        Ok(Tokens {
            access_token,
            token_type: "Bearer",
            expires_in,
            refresh_token: grant.token.text(),
            user: Me::of(person)?,
        })
    }
}
