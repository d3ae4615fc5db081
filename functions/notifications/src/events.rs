//! What can happen here: the types and the data of this context's events. A published one never changes; a new shape is a v2.

use holdfast_core::{CodeId, DeviceId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{Kind, Why};

/// What can happen in this context. The subject is a user's notifications, `usr_…/notifications`, or an address, by what stands
/// for it: `address/…`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data")]
#[schema(as = NotificationsHappened)]
pub enum Happened {
    /// Somebody wants to hear of something else, or elsewhere.
    #[serde(rename = "notifications.preferences-changed.v1")]
    PreferencesChanged {},
    /// Somebody declined mails of a kind, from one of them.
    #[serde(rename = "notifications.unsubscribed.v1")]
    Unsubscribed {
        /// Of which.
        kind: Kind,
    },
    /// A device can be reached.
    #[serde(rename = "notifications.device-registered.v1")]
    DeviceRegistered {
        /// Which.
        #[schema(value_type = String)]
        device_id: DeviceId,
    },
    /// A telephone is to be shown to be somebody's.
    #[serde(rename = "notifications.phone-code-requested.v1")]
    PhoneCodeRequested {
        /// Which.
        #[schema(value_type = String)]
        device_id: DeviceId,
        /// The code's id.
        #[schema(value_type = String)]
        code_id: CodeId,
    },
    /// A telephone was shown to be somebody's.
    #[serde(rename = "notifications.phone-verified.v1")]
    PhoneVerified {
        /// Which.
        #[schema(value_type = String)]
        device_id: DeviceId,
    },
    /// A device is not to be reached any more.
    #[serde(rename = "notifications.device-removed.v1")]
    DeviceRemoved {
        /// Which.
        #[schema(value_type = String)]
        device_id: DeviceId,
    },
    /// An erased user's devices and preferences are gone.
    #[serde(rename = "notifications.recipient-forgotten.v1")]
    RecipientForgotten {},
    /// Nothing, or little, is sent to an address any more.
    #[serde(rename = "notifications.address-suppressed.v1")]
    AddressSuppressed {
        /// Why.
        why: Why,
    },
}
