//! The way out to others than AWS: the payment gateway, and addresses that others chose.
//!
//! It stands on the HTTP client that the SDK's clients have, so that no function carries a second one, and trusts
//! Mozilla's roots. It follows no redirect: where a request leads is decided before it is sent, and nowhere else.

mod address;
mod network;

use std::error::Error;
use std::net::IpAddr;
use std::time::Duration;

use aws_smithy_runtime_api::client::dns::{DnsFuture, ResolveDns, ResolveDnsError, SharedDnsResolver};
use aws_smithy_runtime_api::client::http::{HttpConnector, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::display::DisplayErrorContext;
use axum::body::Bytes;
use http::uri::Scheme;
use http::{Request, Response, Uri};
use http_body_util::BodyExt;

pub use self::address::is_public;
pub use self::network::{Internet, Machine};
use crate::env::InitError;
use crate::function::Init;
use crate::telemetry::{SpanKind, Step};

/// The most that is read of an answer, in bytes. What is longer ends there.
pub const ANSWER_LIMIT: usize = 1024 * 1024;

/// A way out.
#[derive(Clone, Debug)]
pub struct Web {
    connector: SharedHttpConnector,
    reach: Reach,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    Anywhere,
    PublicOnly,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebError {
    /// It leads where this way does not: nothing was sent.
    #[error("{0}: nothing was sent")]
    Refused(String),
    /// Nobody answered in time; what was sent may have taken effect.
    #[error("no answer came in time")]
    TimedOut,
    /// The connection failed, or there was none; what was sent may have taken effect.
    #[error("the connection failed: {0}")]
    Broken(String),
}

impl Web {
    /// To any host that the configuration names, by plain HTTP too where it says so.
    pub fn open(init: &Init) -> Result<Self, InitError> {
        Self::through(init, Reach::Anywhere)
    }

    /// To hosts that others name: by HTTPS only, and only to addresses that everybody can reach. A name is resolved once,
    /// and the connection goes to the addresses that were looked at, whatever the name says a moment later.
    pub fn public_only(init: &Init) -> Result<Self, InitError> {
        Self::through(init, Reach::PublicOnly)
    }

    fn through(init: &Init, reach: Reach) -> Result<Self, InitError> {
        let machine = Machine;
        let internet: &dyn Internet = init.internet.as_deref().unwrap_or(&machine);
        let names = internet.names();
        let names = match reach {
            Reach::Anywhere => names,
            Reach::PublicOnly => SharedDnsResolver::new(PublicNames(names)),
        };
        Ok(Self { connector: internet.connector(names)?, reach })
    }

    /// Sends a request, and reads the answer.
    pub async fn send(&self, request: Request<Bytes>, timeout: Duration) -> Result<Response<Bytes>, WebError> {
        if self.reach == Reach::PublicOnly {
            let public = is_for_the_public(request.uri());
            public.map_err(|reason| WebError::Refused(reason.to_owned()))?;
        }
        let (method, host) = (request.method().to_string(), request.uri().host().unwrap_or_default().to_owned());
        let step = Step::begin();
        let answer = self.exchange(request, timeout).await;
        if let Some(step) = step {
            let status = answer.as_ref().map_or(0, |answer| answer.status().as_u16());
            // The host and no path: what lies behind it is for those two alone.
            let attributes =
                vec![("server.address", host.as_str().into()), ("http.response.status_code", status.into())];
            step.end(SpanKind::Client, format!("{method} {host}"), !(100..500).contains(&status), attributes);
        }
        answer
    }

    async fn exchange(&self, request: Request<Bytes>, timeout: Duration) -> Result<Response<Bytes>, WebError> {
        let request = HttpRequest::try_from(request.map(SdkBody::from)).map_err(|error| broken(&error))?;
        let answer = async {
            let answer = self.connector.call(request).await.map_err(|error| match refusal(&error) {
                Some(refused) => WebError::Refused(refused.to_string()),
                None if error.is_timeout() => WebError::TimedOut,
                None => broken(&error),
            })?;
            let (parts, body) = answer.try_into_http1x().map_err(|error| broken(&error))?.into_parts();
            Ok(Response::from_parts(parts, start_of(body).await?))
        };
        tokio::time::timeout(timeout, answer).await.unwrap_or(Err(WebError::TimedOut))
    }
}

/// The first [`ANSWER_LIMIT`] bytes.
async fn start_of(mut body: SdkBody) -> Result<Bytes, WebError> {
    let mut start = Vec::new();
    while start.len() < ANSWER_LIMIT
        && let Some(frame) = body.frame().await
    {
        let frame = frame.map_err(|error| WebError::Broken(DisplayErrorContext(&*error).to_string()))?;
        start.extend_from_slice(frame.data_ref().unwrap_or(&Bytes::new()));
    }
    start.truncate(ANSWER_LIMIT);
    Ok(start.into())
}

fn broken(error: &dyn Error) -> WebError {
    WebError::Broken(DisplayErrorContext(error).to_string())
}

/// Whether a URL is one that [`Web::public_only`] sends to, as far as it says itself. An address in it is never resolved.
fn is_for_the_public(uri: &Uri) -> Result<(), &'static str> {
    if uri.scheme() != Some(&Scheme::HTTPS) {
        return Err("it is not https");
    }
    let host = uri.host().unwrap_or_default();
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    match bare.parse::<IpAddr>() {
        Ok(address) if !is_public(address) => Err("it leads to an address that is not public"),
        Ok(_) => Ok(()),
        Err(_) if host.is_empty() => Err("it names no host"),
        Err(_) => Ok(()),
    }
}

/// A name leads to an address that is not public.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it leads to an address that is not public")]
struct NotPublic;

/// Resolves names all of whose addresses are public. One that is not is enough: such a name is a trap, or a mistake.
#[derive(Clone, Debug)]
struct PublicNames(SharedDnsResolver);

impl ResolveDns for PublicNames {
    fn resolve_dns<'a>(&'a self, name: &'a str) -> DnsFuture<'a> {
        DnsFuture::new(async move {
            let addresses = self.0.resolve_dns(name).await?;
            match addresses.iter().all(|address| is_public(*address)) {
                true => Ok(addresses),
                false => Err(ResolveDnsError::new(NotPublic)),
            }
        })
    }
}

/// The refusal at the bottom of a failure to connect.
fn refusal<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a NotPublic> {
    match error.downcast_ref() {
        Some(refusal) => Some(refusal),
        None => refusal(error.source()?),
    }
}

#[cfg(test)]
mod tests;
