//! One-time codes: what is mailed, and what comes back.
//!
//! The text that is mailed names the user and the code, and ends with an HMAC over both and over what it is for.
//! Nothing of it is stored: only a holder of the key (the consumer that mails it, the function that checks it)
//! can write such a text.

use axum::extract::FromRef;
use axum::http::StatusCode;
use holdfast_auth::CodeKey;
use holdfast_core::{CodeId, UserId};
use holdfast_http::Problem;
use holdfast_runtime::{FromInit, Init, InitError};

use crate::store::Accounts;

/// What a code is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Shows that an e-mail address is its user's.
    VerifyEmail,
    /// Sets a new password.
    ResetPassword,
    /// Shows that a telephone is its user's.
    VerifyPhone,
}

impl Purpose {
    fn bound_to(self, user: UserId) -> String {
        let purpose = match self {
            Self::VerifyEmail => "verify-email",
            Self::ResetPassword => "reset-password",
            Self::VerifyPhone => "verify-phone",
        };
        format!("{purpose}:{user}")
    }
}

/// Makes codes, and reads them back.
#[derive(Clone, Debug)]
pub struct Codes(CodeKey);

impl FromInit for Codes {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        let secret = init.aws.secret("CODE_KEY_PARAMETER").await?;
        let key = CodeKey::from_parameter(secret.expose());
        let name = "CODE_KEY_PARAMETER".to_owned();
        key.map(Self).map_err(|error| InitError::Invalid { name, reason: error.to_string() })
    }
}

impl Codes {
    /// What is mailed.
    pub fn text(&self, purpose: Purpose, user: UserId, code: CodeId) -> String {
        format!("{user}.{}", self.0.token(code, &purpose.bound_to(user)))
    }

    /// What is sent to a telephone: six digits.
    pub fn digits(&self, purpose: Purpose, user: UserId, code: CodeId) -> String {
        self.0.digits(code, &purpose.bound_to(user))
    }

    /// Whether these are a code's digits. Who asks has counted the guess.
    pub fn are_digits(&self, purpose: Purpose, user: UserId, code: CodeId, digits: &str) -> bool {
        self.digits(purpose, user, code) == digits
    }

    /// Whose code a text is, and which: nothing when we never wrote it for this purpose.
    pub fn open(&self, purpose: Purpose, text: &str) -> Option<(UserId, CodeId)> {
        let (user, token) = text.split_once('.')?;
        let user: UserId = user.parse().ok()?;
        Some((user, self.0.open(token, &purpose.bound_to(user))?))
    }
}

/// The state of an endpoint that checks codes.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    pub(crate) accounts: Accounts,
    pub(crate) codes: Codes,
}

impl FromInit for Checkpoint {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self { accounts: Accounts::from_init(init).await?, codes: Codes::from_init(init).await? })
    }
}

impl FromRef<Checkpoint> for Accounts {
    fn from_ref(checkpoint: &Checkpoint) -> Self {
        checkpoint.accounts.clone()
    }
}

/// One answer for whatever is wrong with a code: a guess learns nothing from it.
pub(crate) fn refused() -> Problem {
    let detail = "The token is not valid: it was used, it was replaced by a newer one, or its time is over.";
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_token", "The token is not valid", detail)
}
