//! What other contexts may ask of accounts: by id, when they act, so that an erased person is nowhere else.

use holdfast_core::{SessionId, UserId};
use holdfast_http::Problem;
use holdfast_runtime::{FromInit, Init, InitError};

use crate::domain::{Email, Locale, PersonName, Status};
use crate::store::Accounts;

/// Reads people by id.
#[derive(Clone, Debug)]
pub struct Directory(Accounts);

/// How someone is written to.
#[derive(Clone, Debug)]
pub struct Contact {
    /// Where.
    pub email: Email,
    /// As whom.
    pub name: PersonName,
    /// In which language.
    pub locale: Locale,
}

impl FromInit for Directory {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Accounts::from_init(init).await.map(Self)
    }
}

impl Directory {
    /// How someone is written to: nobody who is gone.
    pub async fn contact(&self, user: UserId) -> Result<Option<Contact>, Problem> {
        let person = self.0.person(user).await?.filter(|person| person.user.status != Status::Erased);
        let profile = person.and_then(|person| person.profile);
        Ok(profile.map(|profile| Contact { email: profile.email, name: profile.name, locale: profile.locale }))
    }

    /// With what a session was begun, as its owner's list names it; nothing once the session is gone.
    pub async fn device(&self, user: UserId, session: SessionId) -> Result<Option<String>, Problem> {
        Ok(self.0.session(user, session).await?.map(|session| session.device.to_string()))
    }
}
