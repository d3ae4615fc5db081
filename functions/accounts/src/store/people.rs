//! People: how one is found, and the one way in which one changes.

use holdfast_auth::Permission;
use holdfast_core::{StoredEvent, Timestamp, UserId};
use holdfast_dynamo::{Action, CommitError, of_kind};
use holdfast_http::{Customer, Origin, Problem};

use super::Accounts;
use super::items::{EmailItem, Profile, UserItem, email_key, profile_key, user_key};
use crate::domain::{Code, Email, Status, User};
use crate::events::Happened;

/// A user, and what is personal about them: nothing once they are erased.
#[derive(Clone, Debug)]
pub struct Person {
    /// The user.
    pub user: User,
    /// What is personal.
    pub profile: Option<Profile>,
}

/// What a decision comes to: an event, and what is written beside the person.
#[derive(Debug)]
pub struct Change<T> {
    /// What happened.
    pub happened: Happened,
    /// What else is written, in the same transaction.
    pub with: Vec<Action>,
    /// What the caller wants to know of it.
    pub answer: T,
}

impl<T> Change<T> {
    /// A change of the person alone.
    pub fn of(happened: Happened, answer: T) -> Self {
        Self { happened, with: Vec::new(), answer }
    }

    /// And this, in the same transaction.
    pub fn and(mut self, action: Action) -> Self {
        self.with.push(action);
        self
    }

    /// And these, in the same transaction.
    pub fn and_all(mut self, actions: impl IntoIterator<Item = Action>) -> Self {
        self.with.extend(actions);
        self
    }
}

impl Person {
    /// Someone who may use their account, or 401: a token outlives its user by some minutes.
    pub fn active(&self) -> Result<&Profile, Problem> {
        let gone = || Problem::unauthenticated("The account is not active.");
        match self.user.status {
            Status::Active => self.profile.as_ref().ok_or_else(gone),
            Status::Unverified | Status::Disabled | Status::Erased => Err(gone()),
        }
    }
}

/// Rounds of load, decide and commit before a caller is asked to come back: each is lost to another's success.
pub(crate) const ROUNDS: u32 = 5;

impl Accounts {
    /// An event of an entity's change.
    pub(crate) fn event(
        &self,
        happened: &Happened,
        subject: impl ToString,
        origin: &Origin,
        actor: Option<UserId>,
    ) -> StoredEvent {
        StoredEvent::now(&self.ambient, happened, subject, origin.causation(actor))
    }

    /// Whose address this is.
    pub(crate) async fn owner_of(&self, email: &Email) -> Result<Option<UserId>, Problem> {
        let item: Option<EmailItem> = self.table.get(&email_key(email)).await?;
        Ok(item.map(|item| item.user_id))
    }

    /// Someone by id.
    pub async fn person(&self, id: UserId) -> Result<Option<Person>, Problem> {
        let found = self.table.get_all(&[user_key(id), profile_key(id)]).await?;
        let user = of_kind::<UserItem>(&found)?.pop();
        let profile = of_kind::<Profile>(&found)?.pop();
        Ok(user.map(|user| Person { user: user.into(), profile }))
    }

    /// Someone by address. An address without an account costs the same reads, and so the same time.
    pub(crate) async fn person_at(&self, email: &Email) -> Result<Option<Person>, Problem> {
        let owner = self.owner_of(email).await?;
        let person = self.person(owner.unwrap_or_else(|| self.ambient.id())).await?;
        Ok(person.filter(|_| owner.is_some()))
    }

    /// The account that a token speaks for.
    pub(crate) async fn member(&self, id: UserId) -> Result<Person, Problem> {
        let person = self.person(id).await?.ok_or_else(|| Problem::unauthenticated("The account is gone."))?;
        person.active()?;
        Ok(person)
    }

    /// Holds staff who change others to what they are now, not to what their token said when it was made.
    pub(crate) async fn acting(&self, caller: &Customer, permission: Permission) -> Result<(), Problem> {
        let person = self.member(caller.user).await?;
        if person.user.roles.iter().any(|role| role.may(permission)) {
            return Ok(());
        }
        Err(Problem::forbidden(format!("This needs the permission {permission}.")))
    }

    /// Changes someone by id: loads, and goes on as [`Self::change_found`].
    pub(crate) async fn change<T>(
        &self,
        id: UserId,
        origin: &Origin,
        actor: Option<UserId>,
        decide: impl Fn(&mut Person, Timestamp) -> Result<Change<T>, Problem>,
    ) -> Result<(T, Person), Problem> {
        let person = self.person(id).await?.ok_or_else(|| Problem::not_found("user"))?;
        self.change_found(person, origin, actor, decide).await
    }

    /// Changes the account that a token speaks for: 401 when it is gone or locked.
    pub(crate) async fn change_own<T>(
        &self,
        caller: &Customer,
        origin: &Origin,
        decide: impl Fn(&mut Person, Timestamp) -> Result<Change<T>, Problem>,
    ) -> Result<(T, Person), Problem> {
        let person = self.member(caller.user).await?;
        let decide = |person: &mut Person, now| person.active().map(drop).and_then(|()| decide(person, now));
        self.change_found(person, origin, Some(caller.user), decide).await
    }

    /// Changes someone who was loaded. When another change was faster, loads and decides again.
    pub(crate) async fn change_found<T>(
        &self,
        mut person: Person,
        origin: &Origin,
        actor: Option<UserId>,
        decide: impl Fn(&mut Person, Timestamp) -> Result<Change<T>, Problem>,
    ) -> Result<(T, Person), Problem> {
        let id = person.user.id;
        for _ in 0..ROUNDS {
            if let Some(done) = self.attempt(person, origin, actor, &decide).await? {
                return Ok(done);
            }
            person = self.person(id).await?.ok_or_else(|| Problem::not_found("user"))?;
        }
        Err(Problem::unavailable("the user kept changing"))
    }

    /// Lets `decide` decide, and commits the person, the event and what goes with them in one transaction; nothing when
    /// somebody was faster, with the person or with anything that goes with them.
    pub(crate) async fn attempt<T>(
        &self,
        mut person: Person,
        origin: &Origin,
        actor: Option<UserId>,
        decide: impl FnOnce(&mut Person, Timestamp) -> Result<Change<T>, Problem>,
    ) -> Result<Option<(T, Person)>, Problem> {
        let (id, seen, before) = (person.user.id, person.user.version, person.profile.clone());
        let now = self.ambient.now();
        let change = decide(&mut person, now)?;
        person.user.version = seen.saturating_add(1);
        person.user.updated_at = now;
        let event = self.event(&change.happened, id, origin, actor);
        let user = self.table.put_with(&UserItem::from(person.user.clone()), &event).if_version(seen);
        let profile = match (&before, &person.profile) {
            (before, Some(after)) if before.as_ref() != Some(after) => Some(self.table.put(after)),
            (Some(_), None) => Some(self.table.delete(profile_key(id))),
            (_, Some(_)) | (None, None) => None,
        };
        match self.table.transaction().and(user).and_all(profile).and_all(change.with).commit().await {
            Ok(()) => Ok(Some((change.answer, person))),
            Err(error) if error.lost() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Has a code mailed that resets the password.
    pub(crate) async fn mail_reset(&self, person: Person, origin: &Origin) -> Result<(), Problem> {
        let code_id = self.ambient.id();
        let decide = |person: &mut Person, now| {
            person.user.reset = Some(Code::new(code_id, now, Code::RESET_LIFETIME));
            Ok(Change::of(Happened::ResetRequested { code_id }, ()))
        };
        self.change_found(person, origin, None, decide).await?;
        Ok(())
    }

    /// Registers someone: a user, a profile and the address's guard, or none of them. False when the address has an account.
    pub(crate) async fn register(
        &self,
        user: User,
        profile: &Profile,
        happened: &Happened,
        origin: &Origin,
    ) -> Result<bool, Problem> {
        let guard = EmailItem { email: profile.email.clone(), user_id: user.id };
        let event = self.event(happened, user.id, origin, None);
        let transaction = self.table.transaction();
        let transaction = transaction.and(self.table.put_with(&UserItem::from(user), &event).if_absent());
        let transaction = transaction.and(self.table.put(profile)).and(self.table.put(&guard).if_absent());
        match transaction.commit().await {
            Ok(()) => Ok(true),
            Err(error @ CommitError::Cancelled(_)) if error.failed_at(2) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Holds a transaction to an address having an account.
    pub(crate) fn still_held(&self, email: &Email) -> Action {
        self.table.check(email_key(email)).when("attribute_exists(pk)")
    }

    /// Holds a transaction to someone's profile being there.
    pub(crate) fn still_there(&self, user: UserId) -> Action {
        self.table.check(profile_key(user)).when("attribute_exists(pk)")
    }

    /// Lets an address go.
    pub(crate) fn free_email(&self, email: &Email) -> Action {
        self.table.delete(email_key(email))
    }
}
