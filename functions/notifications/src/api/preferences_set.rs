//! PUT /v1/me/notification-preferences: the caller says what they want to hear of.

use axum::extract::State;
use holdfast_http::{
    BodyProblems, CallerProblems, Customer, ETag, IfMatch, Json, Origin, OurFault, Problem, Stale, Tagged, endpoint,
};
use holdfast_runtime::Function;
use utoipa_axum::routes;

use super::NotificationSettings;
use crate::domain::{Fixed, Preferences};
use crate::events::Happened;
use crate::store::{Change, Members};

/// Sets what the caller wants to hear of, by each channel.
///
/// E-mail about security cannot be declined: whoever steals an account would do that first. Codes that were asked for come by
/// e-mail, whatever is preferred.
#[utoipa::path(
    put, path = "/v1/me/notification-preferences", operation_id = "preferences_set", tag = "notifications", security(("access_token" = [])),
    params(("if-match" = Option<String>, Header, description = "The version that is meant: 412 when it is not the current one")),
    request_body = Preferences,
    responses((status = 200, description = "The preferences and devices as they are now", body = NotificationSettings, headers(("etag" = String, description = "Their version"))), BodyProblems, CallerProblems, Stale, OurFault)
)]
async fn preferences_set(
    State(members): State<Members>,
    caller: Customer,
    origin: Origin,
    if_match: IfMatch,
    Json(wanted): Json<Preferences>,
) -> Result<Tagged<Json<NotificationSettings>>, Problem> {
    let ledger = &members.ledger;
    let fixed = |Fixed| Problem::invalid("/email/security", "is true: e-mail about security cannot be declined");
    let preferences = wanted.checked().map_err(fixed)?;
    let cause = origin.causation(Some(caller.user));
    let changed = ledger.change(caller.user, &cause, |recipient, _| {
        if_match.admits(recipient.version)?;
        let same = recipient.version > 0 && recipient.preferences == preferences;
        let happened = Happened::PreferencesChanged {};
        Ok((!same).then_some(Change { happened, preferences, device: None, answer: () }))
    });
    let recipient = match changed.await? {
        Some(((), recipient)) => recipient,
        None => ledger.recipient(caller.user).await?,
    };
    Ok(Tagged(ETag(recipient.version), Json(NotificationSettings::of(&recipient))))
}

/// preferences-set.
pub fn function() -> Function {
    endpoint::<Members>("preferences-set", || routes!(preferences_set))
}
