//! GET /v1/admin/users/exists?email=: whether an address has an account, for staff.

use axum::extract::State;
use holdfast_core::UserId;
use holdfast_http::{Json, OurFault, Problem, Query, QueryProblems, Staff, StaffProblems, endpoint, permission};
use holdfast_runtime::Function;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use crate::domain::Email;
use crate::store::Members;

/// Which address.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExistsQuery {
    /// The address.
    #[param(value_type = String, example = "customer@demo.test")]
    email: Email,
}

/// Whether there is one, and which.
#[derive(Serialize, ToSchema)]
pub struct Existence {
    /// Whether the address has an account.
    exists: bool,
    /// The account's id.
    #[schema(value_type = Option<String>, example = "usr_06f8x2m4k9s1t7c3v5b8n0q2w4")]
    id: Option<UserId>,
}

/// Whether an e-mail address has an account.
#[utoipa::path(
    get, path = "/v1/admin/users/exists", operation_id = "users_exists", tag = "accounts", security(("access_token" = ["users.read"])),
    params(ExistsQuery),
    responses((status = 200, description = "Whether it has", body = Existence), QueryProblems, StaffProblems, OurFault)
)]
async fn users_exists(
    State(members): State<Members>,
    _: Staff<permission::UsersRead>,
    Query(query): Query<ExistsQuery>,
) -> Result<Json<Existence>, Problem> {
    let id = members.accounts.owner_of(&query.email).await?;
    Ok(Json(Existence { exists: id.is_some(), id }))
}

/// users-exists.
pub fn function() -> Function {
    endpoint::<Members>("users-exists", || routes!(users_exists))
}
