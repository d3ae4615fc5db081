//! PATCH /v1/me: the caller changes their profile.

use axum::extract::State;
use holdfast_http::{
    BodyProblems, CallerProblems, Customer, ETag, IfMatch, Json, Origin, OurFault, Problem, Stale, Tagged, endpoint,
    present,
};
use holdfast_runtime::Function;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::Me;
use crate::domain::{Locale, PersonName};
use crate::events::Happened;
use crate::store::{Change, Members, Person};

/// What is to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeUpdateRequest {
    /// What they are called.
    #[schema(value_type = String, required = false, example = "Ada King", max_length = 100)]
    #[serde(default, deserialize_with = "present")]
    name: Option<PersonName>,
    /// In which language they are written to.
    #[schema(value_type = String, required = false, example = "de-CH")]
    #[serde(default, deserialize_with = "present")]
    locale: Option<Locale>,
}

/// Changes the caller's profile.
#[utoipa::path(
    patch, path = "/v1/me", operation_id = "me_update", tag = "accounts", security(("access_token" = [])),
    params(("if-match" = Option<String>, Header, description = "The version that is meant: 412 when it is not the current one")),
    request_body = MeUpdateRequest,
    responses((status = 200, description = "The profile as it is now", body = Me, headers(("etag" = String, description = "The profile's version"))), BodyProblems, CallerProblems, Stale, OurFault)
)]
async fn me_update(
    State(members): State<Members>,
    caller: Customer,
    origin: Origin,
    if_match: IfMatch,
    Json(wanted): Json<MeUpdateRequest>,
) -> Result<Tagged<Json<Me>>, Problem> {
    let decide = |person: &mut Person, _| {
        if_match.admits(person.user.version)?;
        if let Some(profile) = &mut person.profile {
            profile.name = wanted.name.clone().unwrap_or_else(|| profile.name.clone());
            profile.locale = wanted.locale.clone().unwrap_or_else(|| profile.locale.clone());
        }
        Ok(Change::of(Happened::ProfileChanged {}, ()))
    };
    let ((), person) = members.accounts.change_own(&caller, &origin, decide).await?;
    Ok(Tagged(ETag(person.user.version), Json(Me::of(&person)?)))
}

/// me-update.
pub fn function() -> Function {
    endpoint::<Members>("me-update", || routes!(me_update))
}
