//! The items of the accounts table. A test holds their keys to the letter.

use holdfast_auth::{PasswordHash, Role, SecretHash};
use holdfast_core::{AddressId, SessionId, Timestamp, UserId};
use holdfast_dynamo::{Item, Key};
use serde::{Deserialize, Serialize};

use crate::domain::{Code, Device, Email, Locale, PersonName, PostalAddress, Session, SessionState, Status, User};

pub(super) fn partition(user: UserId) -> String {
    format!("USER#{user}")
}

pub(super) fn user_key(user: UserId) -> Key {
    Key::new(partition(user), "USER")
}

pub(super) fn profile_key(user: UserId) -> Key {
    Key::new(partition(user), "PROFILE")
}

pub(super) fn email_key(email: &Email) -> Key {
    Key::new(format!("EMAIL#{email}"), "EMAIL")
}

pub(super) const SESSIONS: &str = "SESSION#";

pub(super) fn session_key(user: UserId, session: SessionId) -> Key {
    Key::new(partition(user), format!("{SESSIONS}{session}"))
}

pub(super) const ADDRESSES: &str = "ADDRESS#";

pub(super) fn address_key(user: UserId, address: AddressId) -> Key {
    Key::new(partition(user), format!("{ADDRESSES}{address}"))
}

/// The index partition in which users list by age.
pub(super) const ALL_USERS: &str = "USERS";

/// A user, without anything personal.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct UserItem {
    id: UserId,
    status: Status,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    roles: Vec<Role>,
    version: u64,
    epoch: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    verification: Option<Code>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    contested: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reset: Option<Code>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    addresses: Vec<AddressId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    default_shipping: Option<AddressId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    default_billing: Option<AddressId>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl Item for UserItem {
    const ENTITY: &'static str = "user";
    fn key(&self) -> Key {
        user_key(self.id)
    }
    fn gsi1(&self) -> Option<Key> {
        Some(Key::new(ALL_USERS, self.id.to_string()))
    }
}

impl From<User> for UserItem {
    fn from(user: User) -> Self {
        let User { id, status, roles, version, epoch, verification, contested, reset, .. } = user;
        let User { addresses, default_shipping, default_billing, created_at, updated_at, .. } = user;
        Self {
            id,
            status,
            roles,
            version,
            epoch,
            verification,
            contested,
            reset,
            addresses,
            default_shipping,
            default_billing,
            created_at,
            updated_at,
        }
    }
}

impl From<UserItem> for User {
    fn from(item: UserItem) -> Self {
        let UserItem { id, status, roles, version, epoch, verification, contested, reset, .. } = item;
        let UserItem { addresses, default_shipping, default_billing, created_at, updated_at, .. } = item;
        Self {
            id,
            status,
            roles,
            version,
            epoch,
            verification,
            contested,
            reset,
            addresses,
            default_shipping,
            default_billing,
            created_at,
            updated_at,
        }
    }
}

/// What is personal about a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Whose.
    pub user_id: UserId,
    /// Where mail goes.
    pub email: Email,
    /// What they are called.
    pub name: PersonName,
    /// In which language they are written to.
    #[serde(default)]
    pub locale: Locale,
    /// What is kept of their password.
    pub password: PasswordHash,
}

impl Item for Profile {
    const ENTITY: &'static str = "profile";
    fn key(&self) -> Key {
        profile_key(self.user_id)
    }
}

/// Holds an e-mail address for one user: its key makes the address unique.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct EmailItem {
    pub(super) email: Email,
    pub(super) user_id: UserId,
}

impl Item for EmailItem {
    const ENTITY: &'static str = "email";
    fn key(&self) -> Key {
        email_key(&self.email)
    }
}

/// A session.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct SessionItem {
    id: SessionId,
    user_id: UserId,
    version: u64,
    epoch: u64,
    family: SecretHash,
    rotation: SecretHash,
    device: Device,
    created_at: Timestamp,
    last_used_at: Timestamp,
    state: SessionState,
}

impl Item for SessionItem {
    const ENTITY: &'static str = "session";
    fn key(&self) -> Key {
        session_key(self.user_id, self.id)
    }
    fn expires_at(&self) -> Option<Timestamp> {
        Some(Session::from(self.clone()).expires_at())
    }
}

impl From<Session> for SessionItem {
    fn from(session: Session) -> Self {
        let Session { id, user_id, version, epoch, family, rotation, device, created_at, last_used_at, state } =
            session;
        Self { id, user_id, version, epoch, family, rotation, device, created_at, last_used_at, state }
    }
}

impl From<SessionItem> for Session {
    fn from(item: SessionItem) -> Self {
        let SessionItem { id, user_id, version, epoch, family, rotation, device, created_at, last_used_at, state } =
            item;
        Self { id, user_id, version, epoch, family, rotation, device, created_at, last_used_at, state }
    }
}

/// A postal address of a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressItem {
    /// Which.
    pub id: AddressId,
    /// Whose.
    pub user_id: UserId,
    /// Counts its changes: the ETag.
    pub version: u64,
    /// The address.
    #[serde(flatten)]
    pub address: PostalAddress,
}

impl Item for AddressItem {
    const ENTITY: &'static str = "address";
    fn key(&self) -> Key {
        address_key(self.user_id, self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use holdfast_core::Id;

    #[test]
    fn keys_are_these_to_the_letter() {
        let user = UserId::from_bytes([0; 16]);
        let key = |key: Key| (key.pk, key.sk);
        let own = "USER#usr_00000000000000000000000000".to_owned();
        assert_eq!(key(user_key(user)), (own.clone(), "USER".to_owned()));
        assert_eq!(key(profile_key(user)), (own.clone(), "PROFILE".to_owned()));
        let session = session_key(user, SessionId::from_bytes([0; 16]));
        assert_eq!(key(session), (own.clone(), "SESSION#ses_00000000000000000000000000".to_owned()));
        let address = address_key(user, AddressId::from_bytes([0; 16]));
        assert_eq!(key(address), (own, "ADDRESS#adr_00000000000000000000000000".to_owned()));
        let email = email_key(&"Ada@Example.test".to_owned().try_into().unwrap());
        assert_eq!(key(email), ("EMAIL#ada@example.test".to_owned(), "EMAIL".to_owned()));
        let code = Code { id: holdfast_core::CodeId::from_bytes([0; 16]), expires_at: Timestamp::UNIX_EPOCH };
        let listed = UserItem::from(User::registered(user, code, Timestamp::UNIX_EPOCH)).gsi1().map(key);
        assert_eq!(listed, Some(("USERS".to_owned(), "usr_00000000000000000000000000".to_owned())));
    }

    #[test]
    fn a_user_as_first_written_still_reads() {
        let text = r#"{"id": "usr_00000000000000000000000000", "status": "ACTIVE", "version": 3, "epoch": 1,
            "created_at": "2026-11-20T00:00:00Z", "updated_at": "2026-11-20T00:00:00Z"}"#;
        let user = User::from(serde_json::from_str::<UserItem>(text).unwrap());
        assert_eq!((user.status, user.version, user.roles.len()), (Status::Active, 3, 0));
    }
}
