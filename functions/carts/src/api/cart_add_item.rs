//! POST /v1/cart/items: something is put into the cart.

use axum::extract::State;
use axum::http::StatusCode;
use holdfast_core::Sku;
use holdfast_http::{ETag, Json, MaybeKeyed, OurFault, Problem, Tagged, endpoint};
use holdfast_runtime::Function;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::CartView;
use super::refusals::misfit;
use crate::domain::{Count, Line, UsedKey};
use crate::shopper::Visitor;
use crate::store::Trolleys;

/// What is put in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddItemRequest {
    /// Which article.
    #[schema(value_type = String, example = "MUG-BLUE-L", max_length = 64)]
    sku: Sku,
    /// How many more of it.
    #[schema(value_type = u32, minimum = 1, maximum = 999, example = 1)]
    quantity: Count,
}

/// Puts something into the cart.
///
/// The first time, it makes the cart; a guest is then told its token, once, and shows it from then on. A token whose cart was ordered,
/// merged or left for 30 days opens nothing any more: a new cart is made, with a token of its own. A cart has at most 45 lines, 999 of
/// each, in one currency. With an Idempotency-Key, its repeat adds nothing: a cart knows its last 16 keys.
#[utoipa::path(
    post, path = "/v1/cart/items", operation_id = "cart_add_item", tag = "carts and checkout", security((), ("access_token" = []), ("cart_token" = [])),
    params(("idempotency-key" = Option<String>, Header, description = "Names the request: its repeat adds nothing")),
    request_body = AddItemRequest,
    responses(
        (status = 201, description = "The cart with it", body = CartView, headers(("etag" = String, description = "The cart's version"))),
        (status = 400, description = "malformed_request: the body is not JSON; invalid_idempotency_key: it is not 1 to 255 visible ASCII characters", body = holdfast_http::ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "unauthenticated: the access token is not valid", body = holdfast_http::ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "body_too_large: over 1,000,000 bytes", body = holdfast_http::ProblemBody, content_type = "application/problem+json"),
        (status = 415, description = "unsupported_media_type: not application/json in UTF-8", body = holdfast_http::ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "invalid_input: a field is not what it must be, the article is not sold or in another currency, or there would be more than 999 of it, `errors` says which; cart_full: the cart has 45 lines; idempotency_key_reused: the key belongs to another request", body = holdfast_http::ProblemBody, content_type = "application/problem+json"),
        OurFault
    )
)]
async fn cart_add_item(
    State(trolleys): State<Trolleys>,
    Visitor(shopper): Visitor,
    MaybeKeyed { key, fingerprint, body }: MaybeKeyed<AddItemRequest>,
) -> Result<(StatusCode, Tagged<Json<CartView>>), Problem> {
    let AddItemRequest { sku, quantity } = body;
    let ware = trolleys.wares.find(&sku).await?.filter(|ware| ware.sold);
    let ware = ware.ok_or_else(|| Problem::invalid("/sku", "is not sold here"))?;
    let line = Line { sku, place: ware.place, quantity, unit_price: ware.price };
    let key = key.map(|key| UsedKey { hash: key.hash(), fingerprint });
    let edited = trolleys.carts.edit(shopper, |cart| {
        if let Some(key) = &key {
            if let Some(used) = cart.keys.iter().find(|used| used.hash == key.hash) {
                return key.fingerprint.agrees_with(&used.fingerprint);
            }
            cart.remember(key.clone());
        }
        cart.add(line.clone()).map_err(misfit)
    });
    let edited = edited.await?;
    let view = trolleys.view(edited.cart.as_ref()).await?.with_token(edited.token.as_ref());
    Ok((StatusCode::CREATED, Tagged(ETag(view.version()), Json(view))))
}

/// cart-add-item.
pub fn function() -> Function {
    endpoint::<Trolleys>("cart-add-item", || routes!(cart_add_item))
}
