//! What can happen here: the types and the data of this context's events. A published one never changes; a new shape is a v2.

use holdfast_auth::Role;
use holdfast_core::{AddressId, CodeId, UserId};
use serde::{Deserialize, Serialize};

use crate::domain::DisableReason;

/// What can happen in this context: the types and the data of its events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "type", content = "data")]
pub enum Happened {
    /// Someone registered; a code waits to show that the address is theirs.
    #[serde(rename = "accounts.user-registered.v1")]
    Registered {
        /// The code's id.
        #[schema(value_type = String)]
        code_id: CodeId,
    },
    /// Another verification code was asked for; those before it are void.
    #[serde(rename = "accounts.verification-requested.v1")]
    VerificationRequested {
        /// The code's id.
        #[schema(value_type = String)]
        code_id: CodeId,
    },
    /// Someone registered again under an address that has an account.
    #[serde(rename = "accounts.registration-repeated.v1")]
    RegistrationRepeated {},
    /// The address was shown to be theirs.
    #[serde(rename = "accounts.email-verified.v1")]
    EmailVerified {},
    /// A code to reset the password was asked for.
    #[serde(rename = "accounts.password-reset-requested.v1")]
    ResetRequested {
        /// The code's id.
        #[schema(value_type = String)]
        code_id: CodeId,
    },
    /// The password was reset by a code; all sessions ended.
    #[serde(rename = "accounts.password-reset.v1")]
    PasswordReset {},
    /// The password was changed by its owner; all other sessions ended.
    #[serde(rename = "accounts.password-changed.v1")]
    PasswordChanged {},
    /// The profile was changed.
    #[serde(rename = "accounts.profile-changed.v1")]
    ProfileChanged {},
    /// An address was added.
    #[serde(rename = "accounts.address-added.v1")]
    AddressAdded {
        /// Which.
        #[schema(value_type = String)]
        address_id: AddressId,
    },
    /// An address was changed.
    #[serde(rename = "accounts.address-changed.v1")]
    AddressChanged {
        /// Which.
        #[schema(value_type = String)]
        address_id: AddressId,
    },
    /// An address was removed.
    #[serde(rename = "accounts.address-removed.v1")]
    AddressRemoved {
        /// Which.
        #[schema(value_type = String)]
        address_id: AddressId,
    },
    /// Staff set the roles.
    #[serde(rename = "accounts.roles-set.v1")]
    RolesSet {
        /// From now on these.
        #[schema(value_type = Vec<String>)]
        roles: Vec<Role>,
    },
    /// Staff locked the user out; all sessions ended.
    #[serde(rename = "accounts.user-disabled.v1")]
    Disabled {
        /// Why.
        reason: DisableReason,
    },
    /// Staff let the user in again.
    #[serde(rename = "accounts.user-enabled.v1")]
    Enabled {
        /// Why.
        reason: DisableReason,
    },
    /// All sessions were ended by their owner.
    #[serde(rename = "accounts.sessions-ended.v1")]
    SessionsEnded {},
    /// The user was erased: nothing personal is left.
    #[serde(rename = "accounts.user-erased.v1")]
    Erased {},
    /// A session began.
    #[serde(rename = "accounts.session-started.v1")]
    SessionStarted {
        /// Whose.
        #[schema(value_type = String)]
        user_id: UserId,
    },
    /// A session began on a device, or from a place, that its owner has not come from before.
    #[serde(rename = "accounts.session-started-on-new-device.v1")]
    SessionStartedOnNewDevice {
        /// Whose.
        #[schema(value_type = String)]
        user_id: UserId,
    },
    /// A refresh token was used, and followed by another.
    #[serde(rename = "accounts.session-refreshed.v1")]
    SessionRefreshed {
        /// Whose.
        #[schema(value_type = String)]
        user_id: UserId,
    },
    /// A session outlived the password that began it: its owner changed the password in it.
    #[serde(rename = "accounts.session-kept.v1")]
    SessionKept {
        /// Whose.
        #[schema(value_type = String)]
        user_id: UserId,
    },
    /// A session was ended by its owner.
    #[serde(rename = "accounts.session-ended.v1")]
    SessionEnded {
        /// Whose.
        #[schema(value_type = String)]
        user_id: UserId,
    },
    /// An earlier refresh token was used again: the session was revoked.
    #[serde(rename = "accounts.session-revoked.v1")]
    SessionRevoked {
        /// Whose.
        #[schema(value_type = String)]
        user_id: UserId,
    },
}
