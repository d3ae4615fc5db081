//! A shop that is deployed: to an AWS on this machine, which is asked over HTTP.

use std::collections::BTreeMap;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use holdfast_core::{Ambient, Timestamp};
use holdfast_local::engines::PaymentGateway;
use holdfast_local::engines::gateway::Sandbox;
use holdfast_local::plain::{asked, asked_now};
use holdfast_local::{Blueprint, Bytes, Channel, Mail};
use holdfast_runtime::{Aws, Env, Init, Telemetry};
use http::{Request, Response, Uri};
use serde_json::Value;

/// The clock of a shop that is away is the world's own: so long is waited for, and no longer.
const LONGEST_WAIT: Duration = Duration::from_secs(150);
/// Where stories reach for the payment gateway.
const GATEWAY: &str = "/dev/gateway";
/// The background has so long to come to rest.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks at it.
const PAUSE: Duration = Duration::from_millis(100);

/// Where a deployed shop is.
#[derive(Clone, Debug)]
pub struct Away {
    aws: SocketAddr,
    host: String,
    blueprint: Blueprint,
    sandbox: Arc<Sandbox>,
    gateway: Arc<PaymentGateway>,
}

impl Away {
    /// A shop that was deployed from this, as its stage has it, to AWS at `aws`, where its API is called `host`. Its payment
    /// gateway is opened where the stage expects it.
    pub fn new(aws: SocketAddr, host: &str, blueprint: Blueprint) -> io::Result<Self> {
        let functions = &blueprint.stack().functions;
        let mut urls = functions.iter().filter_map(|function| function.environment.get("GATEWAY_URL"));
        let url: Option<Uri> = urls.next().and_then(|url| url.parse().ok());
        let place = url.as_ref().and_then(Uri::authority).map(|authority| authority.as_str());
        let listener = TcpListener::bind(place.ok_or_else(|| io::Error::other("the stage has no payment gateway"))?)?;
        let name = host.to_owned();
        let sandbox = Sandbox::open(listener, move |request| {
            let name = name.clone();
            Box::pin(async move { asked(aws, &name, request).await.map_or(503, |answer| answer.status().as_u16()) })
        })?;
        let gateway = sandbox.gateway();
        Ok(Self { aws, host: host.to_owned(), blueprint, sandbox, gateway })
    }

    /// The payment gateway.
    pub(crate) fn gateway(&self) -> &PaymentGateway {
        &self.gateway
    }

    /// A request to the API, to the payment gateway, or to whatever else an absolute URL names.
    pub(crate) async fn send(&self, request: Request<Bytes>) -> Response<Bytes> {
        if let Some(within) = request.uri().path().strip_prefix(GATEWAY).and_then(|path| path.parse().ok()) {
            let (mut parts, body) = request.into_parts();
            parts.uri = within;
            return self.gateway.handle(Request::from_parts(parts, body)).await;
        }
        let (to, host) = match request.uri().authority() {
            Some(authority) => (self.aws, authority.to_string()),
            None => (self.aws, self.host.clone()),
        };
        asked(to, &host, request).await.unwrap_or_else(|error| panic!("{host} does not answer: {error}"))
    }

    /// Asks the AWS itself.
    fn own(&self, method: &str, path: &str) -> Value {
        let request = Request::builder().method(method).uri(path).body(Bytes::new());
        let request = request.unwrap_or_else(|error| panic!("{path}: {error}"));
        let answer = asked_now(self.aws, &self.aws.to_string(), &request);
        let answer = answer.unwrap_or_else(|error| panic!("{path} does not answer: {error}"));
        serde_json::from_slice(answer.body()).unwrap_or_else(|error| panic!("{path}: {error}: {:?}", answer.body()))
    }

    /// The same, with all forgotten that was kept: the next story begins.
    pub(crate) fn clean(mut self) -> Self {
        self.gateway = self.sandbox.anew().unwrap_or_else(|error| panic!("{error}"));
        self.own("POST", "/_holdfast/clean");
        self
    }

    /// Waits until streams, queues, functions and the payment gateway are at rest, twice in a row.
    pub(crate) async fn settle(&self) {
        let (mut quiet, mut waited) = (0, Duration::ZERO);
        while quiet < 2 {
            let idle = self.gateway.is_idle().unwrap_or_else(|error| panic!("{error}"));
            let busy = self.own("GET", "/_holdfast/idle");
            quiet = if idle && busy["busy"].as_array().is_some_and(Vec::is_empty) { quiet + 1 } else { 0 };
            assert!(waited < PATIENCE, "after {PATIENCE:?} still at work: {}", busy["busy"]);
            waited += PAUSE;
            rest(PAUSE).await;
        }
    }

    /// Lets time pass, as it does.
    #[track_caller]
    pub(crate) fn advance(&self, by: Duration) {
        assert!(by <= LONGEST_WAIT, "{by:?} do not pass in a deployed shop: such a story stands in tests/src/away.rs");
        std::thread::sleep(by);
    }

    pub(crate) fn mails(&self) -> Vec<Mail> {
        let told = self.own("GET", "/_ministack/ses/messages");
        let accounts = told["messages"].as_object().into_iter().flat_map(|accounts| accounts.values());
        accounts.flat_map(|mails| mails.as_array().into_iter().flatten()).map(mail).collect()
    }

    /// What template.yaml gives a function.
    pub(crate) fn environment(&self, function: &str) -> Option<BTreeMap<String, String>> {
        let spec = self.blueprint.stack().functions.iter().find(|spec| spec.bin == function)?;
        Some(spec.environment.clone().into_iter().collect())
    }

    /// A start in a function's environment, for what an operator does.
    pub(crate) fn operator(&self, function: &str) -> Option<Init> {
        let environment = self.environment(function)?;
        let own = [
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", "test".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
            ("AWS_ENDPOINT_URL", format!("http://{}", self.aws)),
        ];
        let own = own.into_iter().map(|(name, value)| (name.to_owned(), value));
        let env: Env = environment.into_iter().chain(own).collect();
        let aws = Aws::lambda(&env).unwrap_or_else(|error| panic!("{function}: {error}"));
        let ambient = Ambient::system();
        let telemetry = Telemetry::silent(&env, ambient.clone());
        Some(Init { aws, env, ambient, internet: None, telemetry })
    }
}

async fn rest(pause: Duration) {
    holdfast_core::Clock::sleep(&holdfast_core::SystemClock, pause).await;
}

fn mail(told: &Value) -> Mail {
    let text = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
    let to = told["To"].as_array().into_iter().flatten();
    Mail {
        id: text("MessageId"),
        at: Timestamp::UNIX_EPOCH,
        channel: Channel::Email,
        from: text("Source"),
        to: to.filter_map(Value::as_str).map(str::to_owned).collect(),
        subject: text("Subject"),
        text: text("BodyText"),
        html: told["BodyHtml"].as_str().map(str::to_owned),
        tags: BTreeMap::new(),
        headers: BTreeMap::new(),
    }
}
