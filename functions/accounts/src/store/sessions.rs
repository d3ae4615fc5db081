//! Sessions: beginning, going on, ending.

use std::net::IpAddr;

use holdfast_auth::RefreshToken;
use holdfast_core::{SessionId, UserId};
use holdfast_dynamo::{Action, Item, Key, Query, hashed, of_kind};
use holdfast_http::{Origin, Problem, network};
use serde::{Deserialize, Serialize};

use super::items::{Profile, SESSIONS, SessionItem, UserItem, partition, profile_key, session_key, user_key};

use super::people::Person;
use super::{Accounts, Counter};
use crate::domain::{Device, Email, Session, SessionState, User};
use crate::events::Happened;

/// What someone gets who has shown who they are.
#[derive(Debug)]
pub struct Grant {
    /// The session that it belongs to.
    pub session: Session,
    /// The refresh token: it exists here alone.
    pub token: RefreshToken,
}

/// The most sessions that are listed: more than anybody has devices, and one page of one query.
const MOST_SESSIONS: u8 = 100;

/// Remembers that someone has been let in from a network: a lock that strangers provoke leaves this door open. And on which
/// device there: one that is not remembered is new.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct HomeItem {
    subject: String,
    expires_at: holdfast_core::Timestamp,
}

impl Item for HomeItem {
    const ENTITY: &'static str = "home";
    fn key(&self) -> Key {
        home_key(&self.subject)
    }
    fn expires_at(&self) -> Option<holdfast_core::Timestamp> {
        Some(self.expires_at)
    }
}

fn home_key(subject: &str) -> Key {
    Key::new(format!("HOME#{subject}"), "HOME")
}

fn home(email: &Email, origin: &Origin) -> String {
    hashed(&[email.as_str(), &network(origin.source_ip)])
}

/// A device where it is used: another one there is new all the same.
fn desk(email: &Email, origin: &Origin, device: &Device) -> String {
    hashed(&[email.as_str(), &neighbourhood(origin.source_ip), &device.to_string()])
}

/// Where an address is, roughly: providers give their customers another one every other day, out of the same few.
fn neighbourhood(ip: IpAddr) -> String {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            let [a, b, ..] = ip.octets();
            format!("{a}.{b}")
        }
        IpAddr::V6(ip) => {
            let [a, b, ..] = ip.segments();
            format!("{a:x}:{b:x}")
        }
    }
}

impl Accounts {
    /// Counts an attempt to log in. An account that strangers have locked stays open to the networks that its owner has
    /// come from before, so that a lock shuts nobody out of their own account.
    pub(crate) async fn admit_login(&self, email: &Email, origin: &Origin) -> Result<(), Problem> {
        self.admit(Counter::Client(origin.source_ip)).await?;
        let Err(wait_s) = self.counts(Counter::Account(email)).await? else { return Ok(()) };
        let known: Option<HomeItem> = self.table.get(&home_key(&home(email, origin))).await?;
        if known.is_some_and(|home| self.ambient.now() < home.expires_at) {
            return self.admit(Counter::AccountAtHome(email, origin.source_ip)).await;
        }
        Err(Problem::too_many("There were too many attempts on this account: wait before the next.", wait_s))
    }

    /// Begins a session.
    pub(crate) async fn begin_session(
        &self,
        user: &User,
        email: &Email,
        device: Device,
        origin: &Origin,
    ) -> Result<Grant, Problem> {
        let (id, now) = (self.ambient.id::<SessionId>(), self.ambient.now());
        let known: Option<HomeItem> = self.table.get(&home_key(&desk(email, origin, &device))).await?;
        let known = known.is_some_and(|home| now < home.expires_at);
        let at_home = self.at_home(email, origin, &device);
        let token = RefreshToken::new(user.id, id, self.ambient.bytes(), self.ambient.bytes());
        let session = Session {
            id,
            user_id: user.id,
            version: 1,
            epoch: user.epoch,
            family: token.family_hash(),
            rotation: token.rotation_hash(),
            device,
            created_at: now,
            last_used_at: now,
            state: SessionState::Active,
        };
        let user_id = user.id;
        let happened = match known {
            true => Happened::SessionStarted { user_id },
            false => Happened::SessionStartedOnNewDevice { user_id },
        };
        let event = self.event(&happened, id, origin, Some(user.id));
        let item = SessionItem::from(session.clone());
        let transaction = self.table.transaction().and(self.table.put_with(&item, &event).if_absent());
        transaction.and_all(at_home).commit().await?;
        Ok(Grant { session, token })
    }

    /// Remembers that someone was let in from this network, on this device.
    pub(crate) fn at_home(&self, email: &Email, origin: &Origin, device: &Device) -> [Action; 2] {
        let now = self.ambient.now();
        let expires_at = now.checked_add(Session::LONGEST).unwrap_or(now);
        let seen = |subject| self.table.put(&HomeItem { subject, expires_at });
        [seen(home(email, origin)), seen(desk(email, origin, device))]
    }

    /// One of someone's sessions.
    pub(crate) async fn session(&self, user: UserId, id: SessionId) -> Result<Option<Session>, Problem> {
        let item: Option<SessionItem> = self.table.get(&session_key(user, id)).await?;
        Ok(item.map(Session::from))
    }

    /// Someone's sessions, the newest first: of those that are past counting, the newest.
    pub(crate) async fn sessions(&self, user: UserId) -> Result<Vec<Session>, Problem> {
        let query = Query::partition(partition(user)).under(SESSIONS).newest_first().limit(MOST_SESSIONS);
        let found = self.table.first(&query).await?;
        Ok(of_kind::<SessionItem>(&found)?.into_iter().map(Session::from).collect())
    }

    /// A session and its user, in one round trip.
    pub(crate) async fn session_of(&self, token: &RefreshToken) -> Result<Option<(Session, Person)>, Problem> {
        let (user, session) = (token.user(), token.session());
        let keys = [user_key(user), profile_key(user), session_key(user, session)];
        let found = self.table.get_all(&keys).await?;
        let user = of_kind::<UserItem>(&found)?.pop();
        let session = of_kind::<SessionItem>(&found)?.pop();
        let profile = of_kind::<Profile>(&found)?.pop();
        Ok(session.zip(user).map(|(session, user)| (session.into(), Person { user: user.into(), profile })))
    }

    /// Writes a session that has changed, on condition that nobody else changed it: false when somebody did.
    pub(crate) async fn save_session(
        &self,
        session: &Session,
        happened: &Happened,
        origin: &Origin,
    ) -> Result<bool, Problem> {
        match self.table.commit(self.changed_session(session, happened, origin)).await {
            Ok(()) => Ok(true),
            Err(error) if error.failed_at(0) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// The same as a piece of a transaction.
    pub(crate) fn changed_session(&self, session: &Session, happened: &Happened, origin: &Origin) -> Action {
        let event = self.event(happened, session.id, origin, Some(session.user_id));
        let seen = session.version.saturating_sub(1);
        self.table.put_with(&SessionItem::from(session.clone()), &event).if_version(seen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_home_is_this_key_to_the_letter() {
        assert_eq!(home_key("00ff"), Key::new("HOME#00ff", "HOME"));
    }

    #[test]
    fn a_device_is_new_elsewhere_and_another_device_is_new_here() {
        let origin = |address: &str| Origin { source_ip: address.parse().unwrap(), ..Origin::nowhere() };
        let email: Email = "ada@example.test".to_owned().try_into().unwrap();
        let (firefox, curl) = (Device::named_by("Firefox/145.0 Linux"), Device::named_by("curl/8.5.0"));
        let at = |address, device| desk(&email, &origin(address), device);
        assert_eq!(at("203.0.113.7", &firefox), at("203.0.99.8", &firefox));
        assert_ne!(at("203.0.113.7", &firefox), at("203.1.113.7", &firefox));
        assert_ne!(at("203.0.113.7", &firefox), at("203.0.113.7", &curl));
        assert_eq!(at("2001:db8:1::1", &curl), at("2001:db8:2::1", &curl));
        assert_ne!(at("2001:db8:1::1", &curl), at("2001:db9:1::1", &curl));
        assert_ne!(at("203.0.113.7", &firefox), home(&email, &origin("203.0.113.7")));
    }
}
