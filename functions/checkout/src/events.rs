//! What can happen here beside orders' own: the types and the data of this context's events.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What can happen in this context. The subject is a setting: `settings/<name>`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data")]
#[schema(as = CheckoutHappened)]
pub enum Happened {
    /// Staff changed a setting.
    #[serde(rename = "orders.setting-changed.v1")]
    SettingChanged {
        /// Which.
        name: String,
    },
}
