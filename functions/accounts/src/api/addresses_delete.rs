//! DELETE /v1/me/addresses/{id}: the caller removes an address.

use axum::extract::State;
use holdfast_core::AddressId;
use holdfast_http::{
    CallerProblems, Customer, IfMatch, NoContent, NotFound, Origin, OurFault, Path, Problem, Stale, endpoint,
};
use holdfast_runtime::Function;
use utoipa_axum::routes;

use crate::events::Happened;
use crate::store::{Change, Members, Person, ROUNDS};

/// Removes an address.
///
/// The oldest that is left takes over as default; orders keep the address that they were placed with.
#[utoipa::path(
    delete, path = "/v1/me/addresses/{id}", operation_id = "addresses_delete", tag = "accounts", security(("access_token" = [])),
    params(
        ("id" = String, Path, description = "The address's id"),
        ("if-match" = Option<String>, Header, description = "The version that is meant: 412 when it is not the current one")
    ),
    responses((status = 204, description = "The address is gone"), CallerProblems, NotFound, Stale, OurFault)
)]
async fn addresses_delete(
    State(members): State<Members>,
    caller: Customer,
    origin: Origin,
    if_match: IfMatch,
    Path(id): Path<AddressId>,
) -> Result<NoContent, Problem> {
    let accounts = &members.accounts;
    for _ in 0..ROUNDS {
        let person = accounts.member(caller.user).await?;
        let old = accounts.address(caller.user, id).await?.ok_or_else(|| Problem::not_found("address"))?;
        if_match.admits(old.version)?;
        let decide = |person: &mut Person, _| {
            person.user.remove_address(id);
            let removed = accounts.remove_address(caller.user, id).if_version(old.version);
            Ok(Change::of(Happened::AddressRemoved { address_id: id }, ()).and(removed))
        };
        if accounts.attempt(person, &origin, Some(caller.user), decide).await?.is_some() {
            return Ok(NoContent);
        }
    }
    Err(Problem::unavailable("the address kept changing"))
}

/// addresses-delete.
pub fn function() -> Function {
    endpoint::<Members>("addresses-delete", || routes!(addresses_delete))
}
