//! Who may see an order: its customer, or whoever has its token. An argument of this type has loaded it.

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use holdfast_core::{OrderId, UserId};
use holdfast_http::{Anyone, Path, Problem, ServerKey};

use crate::domain::{Buyer, Order};
use crate::store::Counter;

/// The header that a guest's token of an order comes in.
const HEADER: &str = "x-order-token";

/// The order that the path names, for its owner. To everybody else there is none.
#[derive(Clone, Debug)]
pub struct Own {
    /// The order.
    pub order: Order,
    /// Whom it is for; nobody once that was erased.
    pub buyer: Option<Buyer>,
    /// The caller, if it is a customer.
    pub user: Option<UserId>,
}

impl Own {
    /// Who calls, for ids that are derived from it: an order has one owner, by whichever way they come.
    pub fn caller(&self) -> String {
        self.order.id.to_string()
    }
}

/// What opens an order to a guest: always the same, so that a repeated checkout gives it again.
pub fn order_token(key: &ServerKey, order: OrderId) -> String {
    key.token("order", &order.to_string())
}

impl<S: Send + Sync> FromRequestParts<S> for Own
where
    Counter: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let counter = &Counter::from_ref(state);
        let Anyone(customer) = Anyone::from_request_parts(parts, counter).await?;
        let token = parts.headers.get(HEADER).map(|value| value.to_str().unwrap_or_default().to_owned());
        if customer.is_none() && token.is_none() {
            return Err(Problem::unauthenticated("The request has neither an access token nor an X-Order-Token."));
        }
        let Path(id) = Path::<OrderId>::from_request_parts(parts, counter).await?;
        let none = || Problem::not_found("order");
        let (order, buyer) = counter.orders.order_and_buyer(id).await?.ok_or_else(none)?;
        let user = customer.map(|customer| customer.user);
        let opened = token.is_some_and(|token| counter.server_key.opens(&token, "order", &id.to_string()));
        if opened || user.is_some_and(|user| order.owner.is(user)) {
            Ok(Self { order, buyer, user })
        } else {
            Err(none())
        }
    }
}
