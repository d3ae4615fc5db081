//! The endpoints: a file each, named like its function. Here is only what several of them answer.

pub mod devices_register;
pub mod devices_remove;
pub mod devices_verify;
pub mod preferences_get;
pub mod preferences_set;
pub mod unsubscribe;

use holdfast_core::{DeviceId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{Device, Preferences, Target};
use crate::store::Recipient;

/// What somebody wants to hear of, and by what they are reached beside e-mail.
#[derive(Serialize, ToSchema)]
pub struct NotificationSettings {
    preferences: Preferences,
    /// The oldest first.
    devices: Vec<DeviceView>,
}

/// A device, as its owner sees it.
#[derive(Serialize, ToSchema)]
pub struct DeviceView {
    /// Which.
    #[schema(value_type = String)]
    id: DeviceId,
    kind: DeviceKind,
    /// A telephone's last digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "…67")]
    hint: Option<String>,
    /// Whether messages go there: to a telephone once its code was shown.
    usable: bool,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// What a device is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    /// A telephone that takes texts.
    Phone,
    /// An app that takes notes.
    Push,
}

impl NotificationSettings {
    fn of(recipient: &Recipient) -> Self {
        Self { preferences: recipient.preferences, devices: recipient.devices.iter().map(DeviceView::of).collect() }
    }
}

impl DeviceView {
    fn of(device: &Device) -> Self {
        let (kind, hint) = match &device.target {
            Target::Phone { number, .. } => (DeviceKind::Phone, Some(number.hint())),
            Target::Push { .. } => (DeviceKind::Push, None),
        };
        Self { id: device.id, kind, hint, usable: device.is_usable(), created_at: device.created_at }
    }
}
