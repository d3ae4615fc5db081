//! GET /v1/me/notification-preferences: what the caller wants to hear of, and where.

use axum::extract::State;
use holdfast_http::{CallerProblems, Customer, ETag, Json, OurFault, Problem, Tagged, endpoint};
use holdfast_runtime::Function;
use utoipa_axum::routes;

use super::NotificationSettings;
use crate::store::Members;

/// Shows what the caller wants to hear of, and by what they are reached beside e-mail.
#[utoipa::path(
    get, path = "/v1/me/notification-preferences", operation_id = "preferences_get", tag = "notifications", security(("access_token" = [])),
    responses((status = 200, description = "The preferences and devices", body = NotificationSettings, headers(("etag" = String, description = "Their version"))), CallerProblems, OurFault)
)]
async fn preferences_get(
    State(members): State<Members>,
    caller: Customer,
) -> Result<Tagged<Json<NotificationSettings>>, Problem> {
    let recipient = members.ledger.recipient(caller.user).await?;
    Ok(Tagged(ETag(recipient.version), Json(NotificationSettings::of(&recipient))))
}

/// preferences-get.
pub fn function() -> Function {
    endpoint::<Members>("preferences-get", || routes!(preferences_get))
}
