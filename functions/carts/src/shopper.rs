//! Who shops: a customer by an access token, a guest by a cart's token.

use std::fmt;
use std::str::FromStr;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use holdfast_core::{Ambient, CartId, Id, UserId};
use holdfast_http::{Anyone, Guard, Problem};
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// The header that a guest's token comes in.
const HEADER: &str = "x-cart-token";

/// What opens a guest's cart: unguessable, and nowhere kept. **A guest's cart id is its hash**: found without being stored.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct CartToken(String);

/// Why a text is no cart's token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not a cart's token")]
pub struct CartTokenError;

/// Whoever comes in: someone who shops, or nobody known yet. A token that is not valid is refused all the same.
#[derive(Clone, Copy, Debug)]
pub struct Visitor(pub Option<Shopper>);

/// Who shops: at least one of the two. A customer who also shows a cart's token shops as a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shopper {
    /// The customer, if a token says so.
    pub customer: Option<UserId>,
    /// The guest's cart, if a token names one.
    pub guest: Option<CartId>,
}

impl CartToken {
    const PREFIX: &'static str = "cart_";
    const BYTES: usize = 32;

    /// A new one.
    pub fn new(ambient: &Ambient) -> Self {
        Self(format!("{}{}", Self::PREFIX, URL_SAFE_NO_PAD.encode(ambient.bytes::<{ Self::BYTES }>())))
    }

    /// The cart that it opens.
    pub fn cart(&self) -> CartId {
        let digest: [u8; 32] = Sha256::new().chain_update(b"holdfast cart").chain_update(&self.0).finalize().into();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        CartId::from_bytes(bytes)
    }

    /// The text: for its owner alone.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for CartToken {
    type Error = CartTokenError;
    /// A text, if it is one that we could have given out.
    fn try_from(text: String) -> Result<Self, CartTokenError> {
        let bytes = text.strip_prefix(Self::PREFIX).and_then(|secret| URL_SAFE_NO_PAD.decode(secret).ok());
        if bytes.is_some_and(|bytes| bytes.len() == Self::BYTES) { Ok(Self(text)) } else { Err(CartTokenError) }
    }
}

impl FromStr for CartToken {
    type Err = CartTokenError;
    fn from_str(text: &str) -> Result<Self, CartTokenError> {
        text.to_owned().try_into()
    }
}

impl fmt::Debug for CartToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CartToken(…)")
    }
}

impl Shopper {
    /// Who calls, for what is remembered of them.
    pub fn caller(&self) -> String {
        let guest = || self.guest.map(|cart| cart.to_string());
        self.customer.map(|user| user.to_string()).or_else(guest).unwrap_or_default()
    }
}

impl<S> FromRequestParts<S> for Visitor
where
    S: Send + Sync,
    Guard: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Anyone(customer) = Anyone::from_request_parts(parts, state).await?;
        let mut headers = parts.headers.get_all(HEADER).iter();
        let guest = match (headers.next(), headers.next()) {
            (None, _) => None,
            (Some(header), None) => Some(header.to_str().unwrap_or_default().parse::<CartToken>()),
            (Some(_), Some(_)) => Some(Err(CartTokenError)),
        };
        let guest = guest.transpose().map_err(|error| Problem::invalid("X-Cart-Token", error.to_string()))?;
        let shopper =
            Shopper { customer: customer.map(|customer| customer.user), guest: guest.map(|token| token.cart()) };
        Ok(Self((shopper.customer.is_some() || shopper.guest.is_some()).then_some(shopper)))
    }
}

impl<S> FromRequestParts<S> for Shopper
where
    S: Send + Sync,
    Guard: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Visitor(shopper) = Visitor::from_request_parts(parts, state).await?;
        let nobody = "The request has neither an access token nor an X-Cart-Token.";
        shopper.ok_or_else(|| Problem::unauthenticated(nobody))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_names_its_cart_and_prints_nothing() {
        let token = CartToken::new(&Ambient::system());
        assert_eq!(token.expose().parse::<CartToken>().map(|token| token.cart()), Ok(token.cart()));
        assert_ne!(CartToken::new(&Ambient::system()).cart(), token.cart());
        assert_eq!(format!("{token:?}"), "CartToken(…)");
        assert_eq!(token.expose().len(), 48);
        for wrong in ["", "cart_", "cart_AAAA", &token.expose()[1..], &format!("{}A", token.expose())] {
            assert_eq!(wrong.parse::<CartToken>(), Err(CartTokenError), "{wrong}");
        }
    }

    #[test]
    fn a_carts_id_is_this_hash_of_its_token() {
        let token: CartToken = format!("cart_{}", "A".repeat(43)).parse().unwrap();
        assert_eq!(token.cart().to_string(), "crt_3y5xt9kd27rkqz2ng28x0exw7a");
    }

    #[test]
    fn a_customer_shops_as_a_customer() {
        let (user, cart) = (UserId::from_bytes([0; 16]), CartId::from_bytes([0; 16]));
        let shopper = Shopper { customer: Some(user), guest: Some(cart) };
        assert_eq!(shopper.caller(), "usr_00000000000000000000000000");
        assert_eq!(Shopper { customer: None, ..shopper }.caller(), "crt_00000000000000000000000000");
    }
}
