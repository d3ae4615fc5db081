//! Users, as their owners and as staff see them.

use holdfast_auth::Role;
use holdfast_core::{Timestamp, UserId};
use holdfast_http::Problem;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{Email, Locale, PersonName, Status};
use crate::store::Person;

/// A user, as they see themselves.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    /// The user's id.
    #[schema(value_type = String, example = "usr_06f8x2m4k9s1t7c3v5b8n0q2w4")]
    id: UserId,
    /// Where mail goes.
    #[schema(value_type = String, example = "ada@example.com")]
    email: Email,
    /// Whether the address was shown to be theirs.
    email_verified: bool,
    /// What they are called.
    #[schema(value_type = String, example = "Ada Lovelace")]
    name: PersonName,
    /// In which language they are written to.
    #[schema(value_type = String, example = "en")]
    locale: Locale,
    /// What staff work as; empty for customers.
    #[schema(value_type = Vec<String>)]
    roles: Vec<Role>,
    /// Since when.
    created_at: Timestamp,
}

/// A user, as staff see them.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserView {
    /// The user's id.
    #[schema(value_type = String, example = "usr_06f8x2m4k9s1t7c3v5b8n0q2w4")]
    id: UserId,
    /// UNVERIFIED, ACTIVE, DISABLED or ERASED.
    #[schema(value_type = String, example = "ACTIVE")]
    status: Status,
    /// Where mail goes; null once they are erased.
    #[schema(value_type = Option<String>, example = "ada@example.com")]
    email: Option<Email>,
    /// What they are called; null once they are erased.
    #[schema(value_type = Option<String>, example = "Ada Lovelace")]
    name: Option<PersonName>,
    /// What staff work as; empty for customers.
    #[schema(value_type = Vec<String>)]
    roles: Vec<Role>,
    /// Since when.
    created_at: Timestamp,
    /// Last changed.
    updated_at: Timestamp,
}

impl Me {
    /// Someone whose account is active.
    pub(crate) fn of(person: &Person) -> Result<Self, Problem> {
        let profile = person.active()?;
        Ok(Self {
            id: person.user.id,
            email: profile.email.clone(),
            email_verified: true,
            name: profile.name.clone(),
            locale: profile.locale.clone(),
            roles: person.user.roles.clone(),
            created_at: person.user.created_at,
        })
    }
}

impl UserView {
    /// Someone in any state.
    pub(crate) fn of(person: &Person) -> Self {
        let profile = person.profile.as_ref();
        Self {
            id: person.user.id,
            status: person.user.status,
            email: profile.map(|profile| profile.email.clone()),
            name: profile.map(|profile| profile.name.clone()),
            roles: person.user.roles.clone(),
            created_at: person.user.created_at,
            updated_at: person.user.updated_at,
        }
    }
}
