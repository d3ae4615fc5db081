//! Settings: each an item, as its latest version.

use axum::extract::FromRef;
use holdfast_core::{Ambient, Causation, StoredEvent, Timestamp};
use holdfast_dynamo::{CommitError, Found, Item, Key, Store, StoreError, Table, of_kind};
use holdfast_http::Guard;
use holdfast_runtime::{FromInit, Init, InitError};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::domain::{AlertAddresses, HoldMinutes, SettingName, ShippingMethods, TaxRates};
use crate::events::Happened;

/// Reads and writes settings.
#[derive(Clone, Debug)]
pub struct Settings {
    table: Table,
    ambient: Ambient,
    /// What is held for when staff have not said: the stage's parameter.
    hold: HoldMinutes,
}

impl FromInit for Settings {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self {
            table: Store::new(init).table(init, "ORDERS_TABLE")?,
            ambient: init.ambient.clone(),
            hold: HoldMinutes { minutes: init.env.parse("HOLD_MINUTES")? },
        })
    }
}

/// The same where staff call.
#[derive(Clone, Debug)]
pub struct Board {
    pub(crate) settings: Settings,
    guard: Guard,
}

impl FromInit for Board {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self { settings: Settings::from_init(init).await?, guard: Guard::from_init(init).await? })
    }
}

impl FromRef<Board> for Guard {
    fn from_ref(board: &Board) -> Self {
        board.guard.clone()
    }
}

/// Whom the shop alerts: for other contexts.
#[derive(Clone, Debug)]
pub struct Alerts(Settings);

impl FromInit for Alerts {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        let table = Store::new(init).table(init, "ORDERS_TABLE")?;
        // Of no consequence here: no hold begins.
        let hold = HoldMinutes { minutes: 0 };
        Ok(Self(Settings { table, ambient: init.ambient.clone(), hold }))
    }
}

impl Alerts {
    /// Whom staff have named; nothing when they never have.
    pub async fn addresses(&self) -> Result<Option<AlertAddresses>, StoreError> {
        let setting = self.0.get(SettingName::AlertAddresses).await?;
        Ok((setting.version > 0).then_some(setting.value))
    }
}

/// A setting as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting<T> {
    /// Counts its changes; 0 while nobody has changed it.
    pub version: u64,
    /// Since when it is so; never, while nobody has changed it.
    pub updated_at: Option<Timestamp>,
    /// What it says.
    pub value: T,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct SettingItem {
    name: String,
    version: u64,
    /// As JSON in a text: what staff wrote comes back as it went.
    value: String,
    updated_at: Timestamp,
}

impl Item for SettingItem {
    const ENTITY: &'static str = "setting";
    fn key(&self) -> Key {
        key(&self.name)
    }
}

fn key(name: &str) -> Key {
    Key::new("SETTINGS", name)
}

/// What a setting says when nobody has said anything.
pub(crate) trait Usual: DeserializeOwned {
    fn usual(hold: HoldMinutes) -> Self;
}

impl Usual for TaxRates {
    fn usual(_: HoldMinutes) -> Self {
        Self::default()
    }
}

impl Usual for ShippingMethods {
    fn usual(_: HoldMinutes) -> Self {
        Self::default()
    }
}

impl Usual for HoldMinutes {
    fn usual(hold: HoldMinutes) -> Self {
        hold
    }
}

impl Usual for AlertAddresses {
    fn usual(_: HoldMinutes) -> Self {
        Self::default()
    }
}

impl Settings {
    pub(super) fn key(name: SettingName) -> Key {
        key(name.name())
    }

    /// A setting among what was found.
    pub(super) fn among<T: Usual>(&self, found: &[Found], name: SettingName) -> Result<Setting<T>, StoreError> {
        let item = of_kind::<SettingItem>(found)?.into_iter().find(|item| item.name == name.name());
        self.read(item)
    }

    /// A setting as it is now.
    pub(crate) async fn get<T: Usual>(&self, name: SettingName) -> Result<Setting<T>, StoreError> {
        self.read(self.table.get::<SettingItem>(&Self::key(name)).await?)
    }

    fn read<T: Usual>(&self, item: Option<SettingItem>) -> Result<Setting<T>, StoreError> {
        let Some(SettingItem { version, value, updated_at, .. }) = item else {
            return Ok(Setting { version: 0, updated_at: None, value: T::usual(self.hold) });
        };
        let value = serde_json::from_str(&value);
        let unreadable = |error: serde_json::Error| StoreError::Unreadable {
            entity: SettingItem::ENTITY,
            version: SettingItem::VERSION,
            reason: error.to_string(),
        };
        Ok(Setting { version, updated_at: Some(updated_at), value: value.map_err(unreadable)? })
    }

    /// Writes a setting, if it is still at the version that was read.
    pub(crate) async fn set<T: Serialize>(
        &self,
        name: SettingName,
        seen: u64,
        value: &T,
        cause: &Causation,
    ) -> Result<Timestamp, CommitError> {
        let (now, name) = (self.ambient.now(), name.name().to_owned());
        let value = serde_json::to_string(value).unwrap_or_default();
        let happened = Happened::SettingChanged { name: name.clone() };
        let event = StoredEvent::now(&self.ambient, &happened, format!("settings/{name}"), cause.clone());
        let item = SettingItem { name, version: seen.saturating_add(1), value, updated_at: now };
        let action = self.table.put_with(&item, &event);
        let action = if seen == 0 { action.if_absent() } else { action.if_version(seen) };
        self.table.commit(action).await.map(|()| now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_lies_under_its_name() {
        let key = Settings::key(SettingName::TaxRates);
        assert_eq!((key.pk.as_str(), key.sk.as_str()), ("SETTINGS", "tax-rates"));
    }
}
