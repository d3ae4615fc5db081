//! PATCH /v1/me/addresses/{id}: the caller changes an address.

use axum::extract::State;
use holdfast_core::AddressId;
use holdfast_http::{
    BodyProblems, CallerProblems, Customer, ETag, IfMatch, Json, NotFound, Origin, OurFault, Path, Problem, Stale,
    Tagged, endpoint,
};
use holdfast_runtime::Function;
use utoipa_axum::routes;

use super::{Address, AddressChangeRequest};
use crate::events::Happened;
use crate::store::{AddressItem, Change, Members, Person, ROUNDS};

/// Changes an address.
///
/// What is left out stays; orders keep the address that they were placed with.
#[utoipa::path(
    patch, path = "/v1/me/addresses/{id}", operation_id = "addresses_update", tag = "accounts", security(("access_token" = [])),
    params(
        ("id" = String, Path, description = "The address's id"),
        ("if-match" = Option<String>, Header, description = "The version that is meant: 412 when it is not the current one")
    ),
    request_body = AddressChangeRequest,
    responses((status = 200, description = "The address as it is now", body = Address, headers(("etag" = String, description = "The address's version"))), BodyProblems, CallerProblems, NotFound, Stale, OurFault)
)]
async fn addresses_update(
    State(members): State<Members>,
    caller: Customer,
    origin: Origin,
    if_match: IfMatch,
    Path(id): Path<AddressId>,
    Json(wanted): Json<AddressChangeRequest>,
) -> Result<Tagged<Json<Address>>, Problem> {
    let accounts = &members.accounts;
    for _ in 0..ROUNDS {
        let person = accounts.member(caller.user).await?;
        let old = accounts.address(caller.user, id).await?.ok_or_else(|| Problem::not_found("address"))?;
        if_match.admits(old.version)?;
        let item = AddressItem { version: old.version.saturating_add(1), address: wanted.apply(old.address)?, ..old };
        let decide = |person: &mut Person, _| {
            person.user.choose_defaults(id, wanted.default_shipping, wanted.default_billing);
            let saved = accounts.put_address(&item).if_version(old.version);
            Ok(Change::of(Happened::AddressChanged { address_id: id }, ()).and(saved))
        };
        if let Some(((), person)) = accounts.attempt(person, &origin, Some(caller.user), decide).await? {
            return Ok(Tagged(ETag(item.version), Json(Address::of(&person.user, item))));
        }
    }
    Err(Problem::unavailable("the address kept changing"))
}

/// addresses-update.
pub fn function() -> Function {
    endpoint::<Members>("addresses-update", || routes!(addresses_update))
}
