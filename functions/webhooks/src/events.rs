//! What can happen here: the types and the data of this context's events. A published one never changes; a new shape is a v2.

use holdfast_core::{EventId, UserId, WebhookEndpointId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::Status;

/// What can happen in this context. The subject is an endpoint; of a request to send again, the delivery.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data")]
#[schema(as = WebhooksHappened)]
pub enum Happened {
    /// Staff registered an endpoint.
    #[serde(rename = "webhooks.endpoint-created.v1")]
    EndpointCreated {},
    /// Staff changed where an endpoint lies, what it hears, or whether it is told.
    #[serde(rename = "webhooks.endpoint-changed.v1")]
    EndpointChanged {
        /// Whether it is told from now on.
        status: Status,
    },
    /// An endpoint took nothing for a day, and is told no more.
    #[serde(rename = "webhooks.endpoint-disabled.v1")]
    EndpointDisabled {
        /// Who registered it.
        #[schema(value_type = String)]
        owner: UserId,
    },
    /// Staff removed an endpoint.
    #[serde(rename = "webhooks.endpoint-deleted.v1")]
    EndpointDeleted {},
    /// Staff replaced an endpoint's secret.
    #[serde(rename = "webhooks.secret-rotated.v1")]
    SecretRotated {
        /// The how-manieth it is.
        generation: u32,
    },
    /// Staff want a delivery to be made again.
    #[serde(rename = "webhooks.resend-requested.v1")]
    ResendRequested {
        /// To whom.
        #[schema(value_type = String)]
        endpoint_id: WebhookEndpointId,
        /// Of which event.
        #[schema(value_type = String)]
        event_id: EventId,
    },
}
