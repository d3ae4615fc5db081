//! Where a request comes from.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use holdfast_core::{Causation, UserId};

/// Where a request comes from: what the gateway saw, never what a header claims.
#[derive(Clone, Debug)]
pub struct Origin {
    /// Names the request.
    pub request_id: String,
    /// The client's address.
    pub source_ip: IpAddr,
    /// The W3C trace context, if the client brought one.
    pub traceparent: Option<String>,
}

impl Origin {
    /// Of no request: the shop's own doing.
    pub fn nowhere() -> Self {
        Self { request_id: String::new(), source_ip: IpAddr::V4(Ipv4Addr::UNSPECIFIED), traceparent: None }
    }

    /// What the events of this request are told of their cause.
    /// A request that shows no token has no actor: it may be anybody's.
    pub fn causation(&self, actor: Option<UserId>) -> Causation {
        Causation {
            correlation_id: self.request_id.clone(),
            causation_id: None,
            actor: actor.map(|user| user.to_string()),
            traceparent: self.traceparent.clone(),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Origin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_else(Self::nowhere))
    }
}
