//! Sessions: beginning, going on, ending.

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

/// Remembers that someone has been let in from a network: a lock that strangers provoke leaves this door open.
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
        let event = self.event(&Happened::SessionStarted { user_id: user.id }, id, origin, Some(user.id));
        let item = SessionItem::from(session.clone());
        let transaction = self.table.transaction().and(self.table.put_with(&item, &event).if_absent());
        transaction.and(self.at_home(email, origin)).commit().await?;
        Ok(Grant { session, token })
    }

    /// Remembers that someone was let in from this network.
    pub(crate) fn at_home(&self, email: &Email, origin: &Origin) -> Action {
        let now = self.ambient.now();
        let expires_at = now.checked_add(Session::LONGEST).unwrap_or(now);
        self.table.put(&HomeItem { subject: home(email, origin), expires_at })
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
}
