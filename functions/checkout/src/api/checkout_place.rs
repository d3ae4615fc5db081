//! POST /v1/checkout: the cart becomes an order, and its stock is held. One transaction, or nothing.

use axum::extract::State;
use axum::http::StatusCode;
use holdfast_accounts::domain::{Email, PostalAddress};
use holdfast_carts::Shopper;
use holdfast_core::Money;
use holdfast_http::{
    CallerProblems, Json, Keyed, KeyedProblems, MoneySchema, Origin, OurFault, Problem, TooMany, endpoint,
};
use holdfast_orders::api::OrderView;
use holdfast_orders::domain::Owner;
use holdfast_orders::owner::order_token;
use holdfast_runtime::Function;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::checkout_quote::checked;
use crate::placing::{Attempt, Wish};
use crate::store::Till;

/// What is ordered, for how much, and where it goes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckoutRequest {
    /// The total that whoever orders has seen: another one is not charged.
    #[schema(value_type = MoneySchema)]
    expected_total: Money,
    /// The cart that they have seen, as the quote counted it.
    #[serde(default)]
    cart_version: Option<u64>,
    /// Where mails about the order go. A guest has to say it; a customer's go to their own address.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "guest@example.test", max_length = 254)]
    email: Option<Email>,
    /// Where the parcel goes.
    shipping_address: PostalAddress,
    /// Where the invoice goes, if elsewhere.
    #[serde(default)]
    billing_address: Option<PostalAddress>,
    /// How it is sent: the id of a shipping method.
    #[schema(example = "standard", max_length = 32)]
    shipping_method: String,
    /// The device, as the shop names it: 1 to 128 visible ASCII characters.
    #[serde(default)]
    #[schema(max_length = 128)]
    device_id: Option<String>,
}

/// An order as it was placed, and what opens it to a guest.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlacedView {
    #[serde(flatten)]
    order: OrderView,
    /// What opens it to a guest: send it as X-Order-Token.
    #[serde(skip_serializing_if = "Option::is_none")]
    order_token: Option<String>,
}

const LONGEST_DEVICE: usize = 128;

fn wish(body: CheckoutRequest, shopper: &Shopper) -> Result<Wish, Problem> {
    let device =
        |id: &String| (1..=LONGEST_DEVICE).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
    if !body.device_id.as_ref().is_none_or(device) {
        let why = format!("must be 1 to {LONGEST_DEVICE} visible ASCII characters");
        return Err(Problem::invalid("/device_id", why));
    }
    if shopper.customer.is_none() && body.email.is_none() {
        return Err(Problem::invalid("/email", "is needed from a guest"));
    }
    let billing_address = body.billing_address.map(|address| checked("billing_address", address)).transpose()?;
    Ok(Wish {
        expected_total: body.expected_total,
        cart_version: body.cart_version,
        email: body.email,
        shipping_address: checked("shipping_address", body.shipping_address)?,
        billing_address,
        shipping_method: body.shipping_method,
        device_id: body.device_id,
    })
}

/// Places an order.
///
/// Everything is asked of the catalog anew. The order, the hold of its stock and the closing of the cart are one transaction. A
/// repeat under the same key gets the order that it placed, whatever has become of cart, prices and stock since; a refused
/// attempt frees the key. Its stock is held until `reservation_expires_at`.
#[utoipa::path(
    post, path = "/v1/checkout", operation_id = "checkout_place", tag = "carts and checkout", security(("access_token" = []), ("cart_token" = [])),
    params(("idempotency-key" = String, Header, description = "Names the order: its repeat orders nothing")),
    request_body = CheckoutRequest,
    responses(
        (status = 201, description = "The order as it was placed", body = PlacedView),
        (status = 409, description = "price_changed, cart_changed: with the new `quote`; not_sold: `skus` are not sold any more; out_of_stock: `short` says of what there is how little; cart_empty: there is nothing to buy; total_too_large: it is more than an amount can hold", body = holdfast_http::ProblemBody, content_type = "application/problem+json"),
        KeyedProblems, CallerProblems, TooMany, OurFault
    )
)]
async fn checkout_place(
    State(till): State<Till>,
    shopper: Shopper,
    origin: Origin,
    Keyed { key, fingerprint, body }: Keyed<CheckoutRequest>,
) -> Result<(StatusCode, Json<PlacedView>), Problem> {
    let wish = wish(body, &shopper)?;
    let attempt = Attempt::new(&till, shopper, (&key, fingerprint), wish, &origin)?;
    let (order, buyer) = attempt.place().await?;
    let order_token = match order.owner {
        Owner::Customer(_) => None,
        Owner::Guest(_) => Some(order_token(&till.server_key, order.id)),
    };
    let order = OrderView::of(&order.as_placed(), buyer.as_ref());
    Ok((StatusCode::CREATED, Json(PlacedView { order, order_token })))
}

/// checkout-place.
pub fn function() -> Function {
    endpoint::<Till>("checkout-place", || routes!(checkout_place))
}
