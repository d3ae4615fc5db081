//! The items of the notifications' table, claims apart. A test holds their keys to the letter.

use holdfast_core::{DeviceId, UserId};
use holdfast_dynamo::{Item, Key};
use serde::{Deserialize, Serialize};

use super::Mark;
use crate::domain::{Device, Preferences, Standing};

pub(super) fn recipient_partition(user: UserId) -> String {
    format!("USER#{user}")
}

fn recipient_key(user: UserId) -> Key {
    Key::new(recipient_partition(user), "RECIPIENT")
}

pub(super) fn device_key(user: UserId, device: DeviceId) -> Key {
    Key::new(recipient_partition(user), format!("DEVICE#{device}"))
}

pub(super) fn address_key(mark: impl std::fmt::Display) -> Key {
    Key::new(format!("ADDRESS#{mark}"), "ADDRESS")
}

/// What somebody wants to hear of. It bears the events of all that concerns them here.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct RecipientItem {
    pub(super) user_id: UserId,
    pub(super) version: u64,
    pub(super) preferences: Preferences,
}

impl Item for RecipientItem {
    const ENTITY: &'static str = "recipient";
    fn key(&self) -> Key {
        recipient_key(self.user_id)
    }
}

/// A device, with its number or token. No event.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct DeviceItem {
    pub(super) user_id: UserId,
    #[serde(flatten)]
    pub(super) device: Device,
}

impl Item for DeviceItem {
    const ENTITY: &'static str = "device";
    fn key(&self) -> Key {
        device_key(self.user_id, self.device.id)
    }
}

/// How an address stands: known by what stands for it. It bears its events.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct AddressItem {
    pub(super) mark: String,
    pub(super) version: u64,
    #[serde(flatten)]
    pub(super) standing: Standing,
}

impl Item for AddressItem {
    const ENTITY: &'static str = "address";
    fn key(&self) -> Key {
        address_key(Mark(self.mark.clone()))
    }
}

#[cfg(test)]
mod tests {
    use holdfast_core::Id;

    use super::*;

    #[test]
    fn keys_are_these_to_the_letter() {
        let (user, device) = (UserId::from_bytes([0; 16]), DeviceId::from_bytes([0; 16]));
        let own = "USER#usr_00000000000000000000000000";
        assert_eq!(recipient_key(user), Key::new(own, "RECIPIENT"));
        assert_eq!(device_key(user, device), Key::new(own, "DEVICE#dev_00000000000000000000000000"));
        assert_eq!(address_key("abc"), Key::new("ADDRESS#abc", "ADDRESS"));
    }
}
