//! GET /v1/me: the caller's own profile.

use axum::extract::State;
use holdfast_http::{CallerProblems, Customer, ETag, Json, OurFault, Problem, Tagged, endpoint};
use holdfast_runtime::Function;
use utoipa_axum::routes;

use super::Me;
use crate::store::Members;

/// The caller's profile.
#[utoipa::path(
    get, path = "/v1/me", operation_id = "me_get", tag = "accounts", security(("access_token" = [])),
    responses((status = 200, description = "The profile", body = Me, headers(("etag" = String, description = "The profile's version"))), CallerProblems, OurFault)
)]
async fn me_get(State(members): State<Members>, caller: Customer) -> Result<Tagged<Json<Me>>, Problem> {
    let person = members.accounts.member(caller.user).await?;
    Ok(Tagged(ETag(person.user.version), Json(Me::of(&person)?)))
}

/// me-get.
pub fn function() -> Function {
    endpoint::<Members>("me-get", || routes!(me_get))
}
