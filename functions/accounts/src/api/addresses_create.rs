//! POST /v1/me/addresses: the caller adds an address.

use axum::extract::State;
use axum::http::StatusCode;
use holdfast_core::AddressId;
use holdfast_http::{BodyProblems, CallerProblems, Customer, ETag, Json, Origin, OurFault, Problem, Tagged, endpoint};
use holdfast_runtime::Function;
use utoipa_axum::routes;

use super::{Address, AddressRequest};
use crate::domain::User;
use crate::events::Happened;
use crate::store::{AddressItem, Change, Members, Person};

/// Adds an address.
///
/// The first is the default for parcels and for invoices. A customer has at most 20.
#[utoipa::path(
    post, path = "/v1/me/addresses", operation_id = "addresses_create", tag = "accounts", security(("access_token" = [])),
    request_body = AddressRequest,
    responses(
        (status = 201, description = "The address", body = Address, headers(("etag" = String, description = "The address's version"))),
        (status = 409, description = "too_many_addresses: there are 20 already", body = holdfast_http::ProblemBody, content_type = "application/problem+json"),
        BodyProblems, CallerProblems, OurFault
    )
)]
async fn addresses_create(
    State(members): State<Members>,
    caller: Customer,
    origin: Origin,
    Json(wanted): Json<AddressRequest>,
) -> Result<(StatusCode, Tagged<Json<Address>>), Problem> {
    let accounts = &members.accounts;
    let id: AddressId = accounts.ambient.id();
    let item = AddressItem { id, user_id: caller.user, version: 1, address: wanted.address()? };
    let decide = |person: &mut Person, _| {
        if person.user.addresses.len() >= User::MOST_ADDRESSES {
            let detail = format!("There are {} addresses already: remove one first.", User::MOST_ADDRESSES);
            return Err(Problem::conflict("too_many_addresses", "There are too many addresses", detail));
        }
        person.user.add_address(id, wanted.default_shipping, wanted.default_billing);
        Ok(Change::of(Happened::AddressAdded { address_id: id }, ()).and(accounts.put_address(&item)))
    };
    let ((), person) = accounts.change_own(&caller, &origin, decide).await?;
    let answer = Address::of(&person.user, item);
    Ok((StatusCode::CREATED, Tagged(ETag(1), Json(answer))))
}

/// addresses-create.
pub fn function() -> Function {
    endpoint::<Members>("addresses-create", || routes!(addresses_create))
}
