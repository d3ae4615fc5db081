//! Who calls, as types: a handler that names one cannot forget to ask.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use holdfast_auth::{Permission, Role, Verifier};
use holdfast_core::{Ambient, SessionId, UserId};
use holdfast_runtime::{FromInit, Init, InitError};

use crate::problem::Problem;

/// What checks tokens: the public keys, and the clock.
#[derive(Clone, Debug)]
pub struct Guard {
    verifier: Arc<Verifier>,
    ambient: Ambient,
}

impl FromInit for Guard {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        let keys = init.env.text("AUTH_JWKS")?;
        let (issuer, audience) = (init.env.text("AUTH_ISSUER")?, init.env.text("AUTH_AUDIENCE")?);
        let verifier = Verifier::from_jwks(keys, issuer, audience);
        let verifier =
            verifier.map_err(|error| InitError::Invalid { name: "AUTH_JWKS".to_owned(), reason: error.to_string() })?;
        Ok(Self { verifier: Arc::new(verifier), ambient: init.ambient.clone() })
    }
}

/// Someone with a valid access token.
#[derive(Clone, Debug)]
pub struct Customer {
    /// Who.
    pub user: UserId,
    /// In which session.
    pub session: SessionId,
    /// As what; empty for a customer.
    pub roles: Vec<Role>,
}

/// Someone with a valid access token, or nobody in particular. A token that is not valid is refused all the same.
#[derive(Clone, Debug)]
pub struct Anyone(pub Option<Customer>);

/// A member of staff who has the permission `P`.
#[derive(Clone, Debug)]
pub struct Staff<P> {
    /// Who.
    pub caller: Customer,
    permission: PhantomData<P>,
}

/// A permission as a type: what stands in a handler's arguments.
pub trait Permitted: Send + Sync {
    /// Which.
    const PERMISSION: Permission;
}

/// The permissions, as types.
pub mod permission {
    use holdfast_auth::Permission;

    macro_rules! permissions {
        ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            pub struct $name;
            impl super::Permitted for $name {
                const PERMISSION: Permission = Permission::$name;
            }
        )+};
    }

    permissions! {
        /// Reads what staff and customers did.
        AuditRead,
        /// Reads products that are not for sale.
        CatalogRead,
        /// Changes products and categories.
        CatalogWrite,
        /// Reads stock.
        InventoryRead,
        /// Changes stock.
        InventoryWrite,
        /// Reads orders.
        OrdersRead,
        /// Moves orders on.
        OrdersWrite,
        /// Reads payments.
        PaymentsRead,
        /// Gives money back.
        PaymentsRefund,
        /// Changes taxes, shipping and the like.
        Settings,
        /// Reads users.
        UsersRead,
        /// Changes users.
        UsersWrite,
        /// Manages where events are delivered to.
        Webhooks,
    }
}

impl Guard {
    fn customer(&self, parts: &Parts) -> Result<Option<Customer>, Problem> {
        let mut headers = parts.headers.get_all(AUTHORIZATION).iter();
        let Some(header) = headers.next() else { return Ok(None) };
        let token = header.to_str().ok().and_then(|text| text.split_once(' '));
        let token = token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer") && headers.next().is_none());
        let (_, token) = token.ok_or_else(|| Problem::unauthenticated("Send one header Authorization: Bearer …"))?;
        let claims = self.verifier.verify(token.trim(), self.ambient.now());
        let claims = claims.map_err(|error| {
            tracing::debug!(%error, "a token was refused");
            Problem::unauthenticated("The access token is not valid, or its time is over.")
        })?;
        Ok(Some(Customer { user: claims.sub, session: claims.sid, roles: claims.roles }))
    }

    /// Whether the request is a member of staff's.
    pub(crate) fn is_staff(&self, parts: &Parts) -> bool {
        matches!(self.customer(parts), Ok(Some(customer)) if !customer.roles.is_empty())
    }
}

impl Customer {
    /// Whether any of the roles has this permission.
    pub fn may(&self, permission: Permission) -> bool {
        self.roles.iter().any(|role| role.may(permission))
    }
}

impl<S> FromRequestParts<S> for Anyone
where
    S: Sync,
    Guard: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Guard::from_ref(state).customer(parts).map(Self)
    }
}

impl<S> FromRequestParts<S> for Customer
where
    S: Sync,
    Guard: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let customer = Guard::from_ref(state).customer(parts)?;
        customer.ok_or_else(|| Problem::unauthenticated("The request has no access token."))
    }
}

impl<S, P> FromRequestParts<S> for Staff<P>
where
    S: Sync,
    P: Permitted,
    Guard: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let caller = Customer::from_request_parts(parts, state).await?;
        if !caller.may(P::PERMISSION) {
            return Err(Problem::forbidden(format!("This needs the permission {}.", P::PERMISSION)));
        }
        Ok(Self { caller, permission: PhantomData })
    }
}
