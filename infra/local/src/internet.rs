//! What functions reach that is not AWS: the payment gateway, hosts that tests set up, and beyond, where a world may.
//!
//! A name is resolved by whoever the function's way out says, once a request, and the request goes to an address that was
//! found: what production refuses to connect to, it refuses here.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, OnceLock};

use aws_smithy_runtime_api::client::dns::{DnsFuture, ResolveDns, ResolveDnsError, SharedDnsResolver};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use axum::body::Bytes;
use holdfast_runtime::{InitError, Machine};
use http::uri::{PathAndQuery, Scheme};
use http::{Method, Request, Response, StatusCode, Uri};

use crate::connector::{crash, unanswered};
use crate::engines::{Engines, held};
use crate::faults::{Fault, Faults};
use crate::invocation::Invocation;
use crate::recorder::{Call, Recorder};
use crate::turns::pause;

/// The payment gateway's API is under this, at any port of this machine.
pub(crate) const GATEWAY: &str = "/dev/gateway";
/// How what is not AWS is counted.
const SERVICE: &str = "web";

/// What a host does with a request.
#[derive(Clone, Debug)]
pub enum Reply {
    /// It answers.
    Answers(Response<Bytes>),
    /// It takes the request, and says nothing for as long as anybody waits.
    Hangs,
    /// It takes the request, and hangs up.
    HangsUp,
}

impl Reply {
    /// An answer of nothing but a status.
    pub fn status(status: StatusCode) -> Self {
        let mut answer = Response::new(Bytes::new());
        *answer.status_mut() = status;
        Self::Answers(answer)
    }
}

type Server = Arc<dyn Fn(Request<Bytes>) -> Reply + Send + Sync>;

/// The hosts that a world knows.
#[derive(Default)]
pub struct Internet {
    names: Mutex<BTreeMap<String, VecDeque<IpAddr>>>,
    servers: Mutex<BTreeMap<IpAddr, Server>>,
}

impl Internet {
    /// From now on a name leads to an address, where all requests are answered so.
    pub fn host<F>(&self, name: &str, address: IpAddr, answer: F)
    where
        F: Fn(Request<Bytes>) -> Reply + Send + Sync + 'static,
    {
        self.leads(name, &[address]);
        self.serves(address, answer);
    }

    /// From now on, who looks a name up is told the next of these addresses, and the last one ever after.
    pub fn leads(&self, name: &str, addresses: &[IpAddr]) {
        held(&self.names).insert(name.to_ascii_lowercase(), addresses.iter().copied().collect());
    }

    /// From now on all requests to an address are answered so.
    pub fn serves<F>(&self, address: IpAddr, answer: F)
    where
        F: Fn(Request<Bytes>) -> Reply + Send + Sync + 'static,
    {
        held(&self.servers).insert(address, Arc::new(answer));
    }

    fn look_up(&self, name: &str) -> Option<IpAddr> {
        let mut names = held(&self.names);
        let addresses = names.get_mut(&name.to_ascii_lowercase())?;
        if addresses.len() > 1 { addresses.pop_front() } else { addresses.front().copied() }
    }

    fn has(&self, host: &str) -> bool {
        let address = bare(host).parse().ok();
        held(&self.names).contains_key(&host.to_ascii_lowercase())
            || address.is_some_and(|address: IpAddr| held(&self.servers).contains_key(&address))
    }

    fn server(&self, address: IpAddr) -> Option<Server> {
        held(&self.servers).get(&address).cloned()
    }
}

impl fmt::Debug for Internet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Internet").field(&held(&self.names).keys()).finish()
    }
}

/// A function's way out.
#[derive(Clone, Debug)]
pub(crate) struct WayOut(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    function: String,
    internet: Arc<Internet>,
    engines: Arc<Engines>,
    faults: Arc<Faults>,
    recorder: Arc<Recorder>,
    /// Whether the machine's network lies behind this one.
    beyond: bool,
}

impl WayOut {
    pub(crate) fn new(
        function: &str,
        internet: &Arc<Internet>,
        engines: &Arc<Engines>,
        faults: &Arc<Faults>,
        recorder: &Arc<Recorder>,
        beyond: bool,
    ) -> Self {
        Self(Arc::new(Inner {
            function: function.to_owned(),
            internet: Arc::clone(internet),
            engines: Arc::clone(engines),
            faults: Arc::clone(faults),
            recorder: Arc::clone(recorder),
            beyond,
        }))
    }
}

impl WayOut {
    /// The host's own, for tests: no fault, no record, and nothing beyond this world.
    pub(crate) fn calm(host: &str, internet: &Arc<Internet>, engines: &Arc<Engines>) -> Arc<Self> {
        Arc::new(Self::new(host, internet, engines, &Arc::new(Faults::none()), &Arc::default(), false))
    }
}

impl holdfast_runtime::Internet for WayOut {
    fn names(&self) -> SharedDnsResolver {
        SharedDnsResolver::new(self.clone())
    }

    fn connector(&self, names: SharedDnsResolver) -> Result<SharedHttpConnector, InitError> {
        Ok(SharedHttpConnector::new(Line { way: Arc::clone(&self.0), names, machine: Arc::default() }))
    }
}

impl ResolveDns for WayOut {
    fn resolve_dns<'a>(&'a self, name: &'a str) -> DnsFuture<'a> {
        DnsFuture::new(async move {
            match self.0.internet.look_up(name) {
                Some(address) => Ok(vec![address]),
                None if self.0.beyond => holdfast_runtime::Internet::names(&Machine).resolve_dns(name).await,
                None => Err(ResolveDnsError::new(format!("this world has no host {name}"))),
            }
        })
    }
}

/// A connector whose names are resolved by somebody of the function's choice.
#[derive(Clone, Debug)]
struct Line {
    way: Arc<Inner>,
    names: SharedDnsResolver,
    /// Made when it is needed: it reads certificates.
    machine: Arc<OnceLock<SharedHttpConnector>>,
}

impl HttpConnector for Line {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (line, invocation) = (self.clone(), Invocation::current());
        HttpConnectorFuture::new(async move { line.answer(request, invocation).await })
    }
}

impl Line {
    async fn answer(
        &self,
        request: HttpRequest,
        invocation: Option<Arc<Invocation>>,
    ) -> Result<HttpResponse, ConnectorError> {
        let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
        let request = request.map(|body| Bytes::copy_from_slice(body.bytes().unwrap_or_default()));
        let operation = operation(request.method(), request.uri());
        // Whoever asks beyond AWS waits in real time, so that this waits for nobody's turn.
        pause().await;
        let mut fault = self.way.faults.on_call(&self.way.function, SERVICE, &operation);
        if matches!(fault, Some(Fault::CrashBefore | Fault::CrashAfter)) && invocation.is_none() {
            fault = None;
        }
        let struck = match fault {
            Some(Fault::CrashBefore) => return crash(invocation).await,
            Some(Fault::Unreached) => return Err(unanswered()),
            Some(Fault::Throttle | Fault::Conflict | Fault::Cancelled(_)) => Some(StatusCode::TOO_MANY_REQUESTS),
            Some(Fault::Outage) => Some(StatusCode::SERVICE_UNAVAILABLE),
            Some(Fault::CrashAfter | Fault::LostAnswer | Fault::Unanswered) | None => None,
        };
        let answer = match struck {
            Some(status) => Ok(empty(status)),
            None => self.carry(request).await,
        };
        let status = answer.as_ref().ok().filter(|_| fault.is_none() || struck.is_some());
        let status = status.map(|answer| answer.status().as_u16());
        let call = Call { service: SERVICE, operation, read_units: 0.0, write_units: 0.0, status };
        self.way.recorder.calls(&self.way.function, &call);
        if let Some(invocation) = &invocation {
            invocation.note(call);
        }
        match fault {
            Some(Fault::CrashAfter) => crash(invocation).await,
            Some(Fault::LostAnswer) => Err(ConnectorError::io("the answer was lost on purpose".into())),
            Some(Fault::Unanswered) => Err(unanswered()),
            Some(
                Fault::CrashBefore
                | Fault::Conflict
                | Fault::Throttle
                | Fault::Outage
                | Fault::Cancelled(_)
                | Fault::Unreached,
            )
            | None => HttpResponse::try_from(answer?).map_err(|error| ConnectorError::other(error.into(), None)),
        }
    }

    /// To whom it leads.
    async fn carry(&self, request: Request<Bytes>) -> Result<Response<SdkBody>, ConnectorError> {
        let host = request.uri().host().unwrap_or_default().to_owned();
        if let Some(path) = to_the_gateway(request.uri()) {
            let gateway = &self.way.engines.gateway;
            if gateway.is_silent() && self.way.engines.clock.is_manual() {
                return Err(nobody_answers());
            }
            let (mut parts, body) = request.into_parts();
            parts.uri = Uri::from(path);
            return Ok(gateway.handle(Request::from_parts(parts, body)).await.map(SdkBody::from));
        }
        if self.way.beyond && !self.way.internet.has(&host) {
            return self.beyond(request).await;
        }
        let address = match bare(&host).parse() {
            Ok(address) => address,
            Err(_) => {
                let found = self.names.resolve_dns(&host).await.map_err(|error| ConnectorError::io(error.into()))?;
                *found.first().ok_or_else(|| ConnectorError::io("the name has no address".into()))?
            }
        };
        let server = self.way.internet.server(address);
        match server.ok_or_else(|| ConnectorError::io(format!("{address} refuses connections").into()))?(request) {
            Reply::Answers(answer) => Ok(answer.map(SdkBody::from)),
            Reply::Hangs if self.way.engines.clock.is_manual() => Err(nobody_answers()),
            Reply::Hangs => std::future::pending().await,
            Reply::HangsUp => Err(ConnectorError::io("the host hung up".into())),
        }
    }

    async fn beyond(&self, request: Request<Bytes>) -> Result<Response<SdkBody>, ConnectorError> {
        let machine = match self.machine.get() {
            Some(machine) => machine,
            None => {
                let made = holdfast_runtime::Internet::connector(&Machine, self.names.clone());
                let made = made.map_err(|error| ConnectorError::user(error.into()))?;
                self.machine.get_or_init(|| made)
            }
        };
        let request = HttpRequest::try_from(request.map(SdkBody::from));
        let request = request.map_err(|error| ConnectorError::user(error.into()))?;
        let answer = machine.call(request).await?.try_into_http1x();
        answer.map_err(|error| ConnectorError::other(error.into(), None))
    }
}

/// On a clock that stands still nobody's patience ever ends: who waits is told at once.
fn nobody_answers() -> ConnectorError {
    ConnectorError::timeout("nobody answers, and nobody would".into())
}

fn empty(status: StatusCode) -> Response<SdkBody> {
    let mut answer = Response::new(SdkBody::empty());
    *answer.status_mut() = status;
    answer
}

/// An IPv6 address stands in brackets in a URL.
fn bare(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

/// The path in the payment gateway's API, where a URL leads there.
fn to_the_gateway(uri: &Uri) -> Option<PathAndQuery> {
    let here = uri.scheme() == Some(&Scheme::HTTP) && matches!(uri.host(), Some("127.0.0.1" | "localhost"));
    let path = uri.path_and_query().filter(|_| here)?.as_str().strip_prefix(GATEWAY)?;
    path.starts_with("/v1/").then(|| path.parse().ok())?
}

/// What a call is called by scripted faults and in tallies: `POST /v1/payment_intents/{id}/cancel` at the payment gateway,
/// `POST hooks.example` elsewhere.
fn operation(method: &Method, uri: &Uri) -> String {
    let Some(path) = to_the_gateway(uri) else {
        return format!("{method} {}", uri.host().unwrap_or_default());
    };
    // Under /v1 stand a collection, an id and an action.
    let parts = path.path().split('/').enumerate();
    let parts: Vec<_> = parts.map(|(place, part)| if place == 3 { "{id}" } else { part }).collect();
    format!("{method} {}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gateway_is_at_any_port_of_this_machine_and_nowhere_else() {
        let path = |url: &str| to_the_gateway(&url.parse().unwrap()).map(|path| path.to_string());
        assert_eq!(
            path("http://127.0.0.1:8080/dev/gateway/v1/refunds?limit=1").as_deref(),
            Some("/v1/refunds?limit=1")
        );
        assert_eq!(path("http://localhost/dev/gateway/v1/refunds").as_deref(), Some("/v1/refunds"));
        for url in [
            "https://127.0.0.1/dev/gateway/v1/refunds",
            "http://10.0.0.1/dev/gateway/v1/refunds",
            "http://127.0.0.1/dev/gateway",
            "http://127.0.0.1/dev/gatewayv1/",
            "http://127.0.0.1/v1/refunds",
        ] {
            assert_eq!(path(url), None, "{url}");
        }
    }

    #[test]
    fn calls_are_called_by_what_they_do() {
        let named = |url: &str| operation(&Method::POST, &url.parse().unwrap());
        let base = "http://127.0.0.1:8080/dev/gateway/v1";
        assert_eq!(named(&format!("{base}/payment_intents/pi_1/cancel")), "POST /v1/payment_intents/{id}/cancel");
        assert_eq!(named(&format!("{base}/refunds?limit=3")), "POST /v1/refunds");
        assert_eq!(named("https://hooks.example/secret/path"), "POST hooks.example");
    }
}
