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
    /// The W3C trace context: the client's trace, or the one that began here.
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

/// What one client has: an IPv4 address, or an IPv6 /64.
pub fn network(ip: IpAddr) -> String {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => {
            let [a, b, c, d, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}")
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Origin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_else(Self::nowhere))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_an_ipv4_address_or_an_ipv6_network() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("203.0.113.7"), "203.0.113.7");
        assert_eq!(of("2001:db8:1:2:3::4"), of("2001:db8:1:2:ffff::"));
        assert_ne!(of("2001:db8:1:2::"), of("2001:db8:1:3::"));
        assert_eq!(of("::ffff:203.0.113.7"), "203.0.113.7");
    }
}
