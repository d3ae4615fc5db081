//! GET /v1/me/addresses: the caller's addresses.

use axum::extract::State;
use holdfast_http::{CallerProblems, Customer, Json, Listed, OurFault, Problem, endpoint};
use holdfast_runtime::Function;
use utoipa_axum::routes;

use super::Address;
use crate::store::Members;

/// The caller's addresses, in the order of their making.
#[utoipa::path(
    get, path = "/v1/me/addresses", operation_id = "addresses_list", tag = "accounts", security(("access_token" = [])),
    responses((status = 200, description = "All of them, on one page", body = Listed<Address>), CallerProblems, OurFault)
)]
async fn addresses_list(State(members): State<Members>, caller: Customer) -> Result<Json<Listed<Address>>, Problem> {
    let person = members.accounts.member(caller.user).await?;
    let addresses = members.accounts.addresses(caller.user).await?;
    let items = addresses.into_iter().map(|item| Address::of(&person.user, item)).collect();
    Ok(Json(Listed::whole(items)))
}

/// addresses-list.
pub fn function() -> Function {
    endpoint::<Members>("addresses-list", || routes!(addresses_list))
}
