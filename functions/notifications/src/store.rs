//! Where it lies what people want to hear of, by what they are reached, and which addresses nothing is sent to.
//!
//! **A telephone's number and a push token lie in items of their own that carry no event**; a user's `RECIPIENT` beside them bears
//! the events of all of it. **No address is stored**: what stands for one is an HMAC of it, which only a holder of the server
//! key can compute, so that an address which nothing may be sent to is remembered when its owner is erased, and nobody learns it.

mod items;

use axum::extract::FromRef;
use holdfast_core::{Ambient, Causation, CodeId, DeviceId, EventId, StoredEvent, Timestamp, UserId};
use holdfast_dynamo::{Action, CommitError, Counted, Query, Store, StoreError, Table, of_kind};
use holdfast_http::{Guard, Problem, ServerKey};
use holdfast_runtime::{FromInit, Init, InitError};

use crate::domain::{Device, Kind, Preferences, Standing, Why};
use crate::events::Happened;
use items::{AddressItem, DeviceItem, RecipientItem, address_key, device_key, recipient_partition};

/// What stands for an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark(String);

/// The notifications' table, and what is needed to use it.
#[derive(Clone)]
pub struct Ledger {
    table: Table,
    /// Time and randomness.
    pub ambient: Ambient,
    /// What marks and tokens are made with.
    pub key: ServerKey,
}

/// The same where customers call.
#[derive(Clone)]
pub struct Members {
    pub(crate) ledger: Ledger,
    guard: Guard,
}

/// Somebody with an account, as far as messages are concerned.
#[derive(Clone, Debug)]
pub struct Recipient {
    /// Who.
    pub user: UserId,
    /// Counts the changes; 0 before the first.
    pub version: u64,
    /// What they want to hear of.
    pub preferences: Preferences,
    /// By what else they are reached.
    pub devices: Vec<Device>,
}

/// What a decision about a recipient comes to.
#[derive(Debug)]
pub(crate) struct Change<T> {
    /// What happened.
    pub(crate) happened: Happened,
    /// What they want to hear of from now on.
    pub(crate) preferences: Preferences,
    /// What becomes of a device.
    pub(crate) device: Option<Fate>,
    /// What the caller wants to know of it.
    pub(crate) answer: T,
}

/// What becomes of a device.
#[derive(Clone, Debug)]
pub(crate) enum Fate {
    /// It is there, and was not before.
    New(Device),
    /// It has changed.
    Changed(Device),
    /// It goes.
    Gone(DeviceId),
}

/// Rounds of load, decide and commit before a caller is asked to come back.
const ROUNDS: u32 = 5;

impl std::fmt::Display for Mark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Mark {
    /// From a text that somebody else has kept: a message's tag, a token. Nothing when it cannot be one.
    pub fn read(text: &str) -> Option<Self> {
        let letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        (text.len() == 43 && text.bytes().all(letter)).then(|| Self(text.to_owned()))
    }
}

impl FromInit for Ledger {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self {
            table: Store::new(init).table(init, "NOTIFICATIONS_TABLE")?,
            ambient: init.ambient.clone(),
            key: ServerKey::from_init(init).await?,
        })
    }
}

impl FromInit for Members {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self { ledger: Ledger::from_init(init).await?, guard: Guard::from_init(init).await? })
    }
}

impl FromRef<Members> for Guard {
    fn from_ref(members: &Members) -> Self {
        members.guard.clone()
    }
}

impl FromRef<Members> for Ledger {
    fn from_ref(members: &Members) -> Self {
        members.ledger.clone()
    }
}

impl Recipient {
    fn usual(user: UserId) -> Self {
        Self { user, version: 0, preferences: Preferences::default(), devices: Vec::new() }
    }

    /// One of their devices.
    pub(crate) fn device(&self, id: DeviceId) -> Option<&Device> {
        self.devices.iter().find(|device| device.id == id)
    }
}

impl Ledger {
    /// What stands for an address.
    pub fn mark(&self, address: &str) -> Mark {
        Mark(self.key.token("address", &address.to_ascii_lowercase()))
    }

    /// How an address stands.
    pub async fn standing(&self, mark: &Mark) -> Result<Standing, StoreError> {
        Ok(self.table.get::<AddressItem>(&address_key(mark)).await?.map(|item| item.standing).unwrap_or_default())
    }

    /// Somebody with an account, with all of their devices, the oldest first.
    pub async fn recipient(&self, user: UserId) -> Result<Recipient, StoreError> {
        let found = self.table.all(&Query::partition(recipient_partition(user))).await?;
        let mut devices: Vec<_> = of_kind::<DeviceItem>(&found)?.into_iter().map(|item| item.device).collect();
        devices.sort_by_key(|device| (device.created_at, device.id));
        let known = of_kind::<RecipientItem>(&found)?.pop();
        let usual = Recipient::usual(user);
        Ok(match known {
            Some(item) => Recipient { version: item.version, preferences: item.preferences, devices, ..usual },
            None => Recipient { devices, ..usual },
        })
    }

    /// Changes a recipient: loads, lets `decide` decide, and commits; again when somebody was faster. None: nothing is to change.
    pub(crate) async fn change<T>(
        &self,
        user: UserId,
        cause: &Causation,
        decide: impl Fn(&Recipient, Timestamp) -> Result<Option<Change<T>>, Problem>,
    ) -> Result<Option<(T, Recipient)>, Problem> {
        for _ in 0..ROUNDS {
            let mut recipient = self.recipient(user).await?;
            let Some(change) = decide(&recipient, self.ambient.now())? else { return Ok(None) };
            let seen = recipient.version;
            recipient.version = seen.saturating_add(1);
            recipient.preferences = change.preferences;
            let whose = self.told(&recipient, seen, &change.happened, cause);
            let device = change.device.clone().map(|fate| self.fate(user, fate));
            match self.table.transaction().and(whose).and_all(device).commit().await {
                Ok(()) => {}
                Err(error) if error.lost() => continue,
                Err(error) => return Err(error.into()),
            }
            match change.device {
                Some(Fate::New(device)) => recipient.devices.push(device),
                Some(Fate::Changed(changed)) => {
                    for device in recipient.devices.iter_mut().filter(|device| device.id == changed.id) {
                        device.clone_from(&changed);
                    }
                }
                Some(Fate::Gone(id)) => recipient.devices.retain(|device| device.id != id),
                None => {}
            }
            return Ok(Some((change.answer, recipient)));
        }
        Err(Problem::unavailable("the recipient kept changing"))
    }

    fn told(&self, recipient: &Recipient, seen: u64, happened: &Happened, cause: &Causation) -> Action {
        let Recipient { user, version, preferences, .. } = *recipient;
        let event = StoredEvent::now(&self.ambient, happened, format!("{user}/notifications"), cause.clone());
        let action = self.table.put_with(&RecipientItem { user_id: user, version, preferences }, &event);
        if seen == 0 { action.if_absent() } else { action.if_version(seen) }
    }

    fn fate(&self, user: UserId, fate: Fate) -> Action {
        let item = |device: Device| DeviceItem { user_id: user, device };
        match fate {
            Fate::New(device) => self.table.put(&item(device)).if_absent(),
            Fate::Changed(device) => {
                let seen = device.version.saturating_sub(1);
                self.table.put(&item(device)).if_version(seen)
            }
            Fate::Gone(id) => self.table.delete(device_key(user, id)),
        }
    }

    /// Writes down a guess at a telephone's code, and says which code may be looked at for it. Nothing when none may.
    pub(crate) async fn guess(&self, user: UserId, device: DeviceId) -> Result<Option<CodeId>, Problem> {
        for _ in 0..ROUNDS {
            let recipient = self.recipient(user).await?;
            let known = recipient.device(device).ok_or_else(|| Problem::not_found("device"))?;
            let Some((code, guessed)) = known.guessed(self.ambient.now()) else { return Ok(None) };
            match self.table.commit(self.fate(user, Fate::Changed(guessed))).await {
                Ok(()) => return Ok(Some(code)),
                Err(error) if error.failed_at(0) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Problem::unavailable("the device kept changing"))
    }

    /// Counts once more: the seconds to wait when the window admits no more.
    pub(crate) async fn count(&self, counted: &Counted) -> Result<Result<(), i64>, CommitError> {
        self.table.count(counted, self.ambient.now().as_second()).await
    }

    /// Forgets a device that nobody is at any more, because a message did not reach it.
    pub(crate) async fn lose(&self, user: UserId, device: DeviceId, event: EventId) -> Result<(), Problem> {
        let cause = Causation { causation_id: Some(event), ..Causation::default() };
        let lost = self.change(user, &cause, |recipient, _| {
            Ok(recipient.device(device).map(|device| Change {
                happened: Happened::DeviceRemoved { device_id: device.id },
                preferences: recipient.preferences,
                device: Some(Fate::Gone(device.id)),
                answer: (),
            }))
        });
        lost.await.map(drop)
    }

    /// Forgets whoever was erased: devices and preferences.
    pub(crate) async fn forget(&self, user: UserId, cause: &Causation) -> Result<(), CommitError> {
        let recipient = self.recipient(user).await?;
        let gone = recipient.devices.iter().map(|device| self.fate(user, Fate::Gone(device.id)));
        let gone: Vec<_> = gone.collect();
        if recipient.version == 0 && gone.is_empty() {
            return Ok(());
        }
        let seen = recipient.version;
        let forgotten = Recipient { version: seen.saturating_add(1), ..Recipient::usual(user) };
        let told = self.told(&forgotten, seen, &Happened::RecipientForgotten {}, cause);
        self.table.transaction().and(told).and_all(gone).commit().await
    }

    /// Changes how an address stands; nothing when `decide` leaves it as it is.
    async fn restand(
        &self,
        mark: &Mark,
        happened: &Happened,
        cause: &Causation,
        decide: impl Fn(Standing) -> Standing,
    ) -> Result<(), CommitError> {
        let mut outcome = Ok(());
        for _ in 0..ROUNDS {
            let known = self.table.get::<AddressItem>(&address_key(mark)).await?;
            let (seen, standing) = known.map(|item| (item.version, item.standing)).unwrap_or_default();
            let after = decide(standing.clone());
            if after == standing {
                return Ok(());
            }
            let event = StoredEvent::now(&self.ambient, happened, format!("address/{mark}"), cause.clone());
            let item = AddressItem { mark: mark.to_string(), version: seen.saturating_add(1), standing: after };
            let action = self.table.put_with(&item, &event);
            let action = if seen == 0 { action.if_absent() } else { action.if_version(seen) };
            outcome = self.table.commit(action).await;
            match &outcome {
                Err(error) if error.lost() => {}
                Ok(()) | Err(_) => return outcome,
            }
        }
        outcome
    }

    /// From now on nothing, or little, is sent to an address. Told twice, it is so once.
    pub(crate) async fn suppress(&self, mark: &Mark, why: Why, cause: &Causation) -> Result<(), CommitError> {
        let now = self.ambient.now();
        let happened = Happened::AddressSuppressed { why };
        let decide = |standing: Standing| match (why, standing.complained_at) {
            (Why::Bounced, _) if standing.why(now) == Some(Why::Bounced) => standing,
            (Why::Complained, Some(_)) => standing,
            (Why::Bounced | Why::Complained, _) => standing.suppressed(why, now),
        };
        self.restand(mark, &happened, cause, decide).await
    }

    /// A guest declines mails of a kind at an address.
    pub(crate) async fn decline(&self, mark: &Mark, kind: Kind, cause: &Causation) -> Result<(), CommitError> {
        let decide = |mut standing: Standing| {
            standing.declined.insert(kind);
            standing
        };
        self.restand(mark, &Happened::Unsubscribed { kind }, cause, decide).await
    }
}
