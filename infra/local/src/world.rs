//! A shop in one process: everything that template.yaml describes, and the time that passes in it.

mod steps;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::time::Duration;

use axum::body::Bytes;
use holdfast_core::{Ambient, Entropy, OsEntropy, Timestamp};
use holdfast_runtime::{Aws, Function, Init, Telemetry};
use http::header::ORIGIN;
use http::{Method, Request, Response, StatusCode};
use serde_json::Value;
use tokio::sync::Notify;

use crate::clock::{MachineClock, SeededEntropy, WorldClock};
use crate::connector::{Connector, HOST, sdk_config};
use crate::data::DataFolder;
use crate::dev;
use crate::elsewhere::Elsewhere;
use crate::engines::gateway::Courier;
use crate::engines::{EngineError, Engines, Mail, PaymentGateway, Place, Signer, Snapshot, s3_place};
use crate::faults::Faults;
use crate::functions::{CallError, Functions};
use crate::gateway::{self, Cors, HttpApi, RouteError, is_for_buckets};
use crate::internet::{Internet, WayOut};
use crate::keys::Blueprint;
use crate::recorder::Recorder;
use crate::registry;
use crate::sources::{self, Source, SourceError};
use crate::template::TemplateError;
use crate::template::model::Stack;
use crate::watch::Watch;

/// What a world is made from.
#[derive(Debug)]
pub struct Options {
    /// What it consists of.
    pub blueprint: Blueprint,
    /// Where its data lies; in memory when nowhere.
    pub data: Option<DataFolder>,
    /// What it begins with; with nothing when there is none.
    pub from: Option<Arc<Snapshot>>,
    /// Its time.
    pub clock: WorldClock,
    /// Its randomness.
    pub entropy: Arc<dyn Entropy>,
    /// What goes wrong in it.
    pub faults: Faults,
    /// The functions' code.
    pub functions: Vec<Function>,
    /// How long its HTTP API waits for a function, in real time.
    pub patience: Duration,
    /// Where it is served: what it signs leads there.
    pub port: u16,
    /// Whether what is neither AWS nor in the world is asked of the machine's network.
    pub beyond: bool,
    /// Where queues, bus and buckets are instead: see [`World::start_apart`].
    pub elsewhere: Option<SocketAddr>,
}

/// The port of a world when nobody chooses.
pub const PORT: u16 = 8080;

/// The route that the payment gateway tells of what happened.
pub(crate) const WEBHOOKS: &str = "/v1/webhooks/payments";
/// Where the payment gateway calls from.
const GATEWAY: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7));

/// When simulated worlds begin.
const DAWN_S: i64 = 1_767_225_600; // 2026-01-01T00:00:00Z

impl Options {
    /// A world in memory, whose clock stands still and whose randomness grows from `seed`.
    pub fn simulated(blueprint: Blueprint, seed: u64) -> Self {
        Self {
            blueprint,
            data: None,
            from: None,
            clock: WorldClock::manual(Timestamp::from_second(DAWN_S).unwrap_or_default()),
            entropy: Arc::new(SeededEntropy::new(seed)),
            faults: Faults::none(),
            functions: registry::functions(),
            patience: gateway::PATIENCE,
            port: PORT,
            beyond: false,
            elsewhere: None,
        }
    }

    /// A world on disk, in the machine's own time and randomness.
    pub fn kept(blueprint: Blueprint, data: DataFolder) -> Self {
        Self {
            blueprint,
            data: Some(data),
            from: None,
            clock: WorldClock::machine(),
            entropy: Arc::new(OsEntropy),
            faults: Faults::none(),
            functions: registry::functions(),
            patience: gateway::PATIENCE,
            port: PORT,
            beyond: true,
            elsewhere: None,
        }
    }
}

/// Why a world cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Its template cannot be run.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// Its data cannot be opened.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// Its routes contradict one another.
    #[error(transparent)]
    Route(#[from] RouteError),
    /// Its event sources are none.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// What is elsewhere cannot be made there.
    #[error("elsewhere: {0}")]
    Elsewhere(#[from] std::io::Error),
}

/// A shop in one process. Clones are the same shop.
#[derive(Clone, Debug)]
pub struct World(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    stack: Arc<Stack>,
    parts: Parts,
    recorder: Arc<Recorder>,
    internet: Arc<Internet>,
    watch: Arc<Watch>,
    api: HttpApi,
    sources: Vec<Source>,
    /// Where the next step looks for work first.
    turn: AtomicUsize,
    /// Turns under way.
    busy: AtomicUsize,
    /// Grows whenever a turn has done something.
    done: AtomicU64,
    /// Rings when a turn ends.
    rested: Notify,
    _data: Option<DataFolder>,
}

/// What an event source works with.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) engines: Arc<Engines>,
    pub(crate) functions: Functions,
    pub(crate) faults: Arc<Faults>,
    pub(crate) ambient: Ambient,
}

impl World {
    /// Opens what is there, creates what is not. Functions start when they are first called.
    pub fn start(options: Options) -> Result<Self, StartError> {
        let Options { blueprint, data, from, clock, entropy, faults, functions, patience, port, beyond, elsewhere } =
            options;
        let stack = Arc::clone(blueprint.stack());
        let place = data.as_ref().map_or(Place::Memory, |folder| Place::Folder(folder.path().to_owned()));
        let engines = Engines::open(&stack, &place, clock.clone(), Arc::clone(&entropy), from.as_deref())?;
        let theirs = Ambient::new(Arc::new(MachineClock(clock.clone())), Arc::clone(&entropy));
        let ambient = Ambient::new(Arc::new(clock), entropy);
        blueprint.provide(&engines.ssm, &ambient)?;
        let (faults, recorder) = (Arc::new(faults), Arc::new(Recorder::default()));
        let internet = Arc::new(Internet::default());
        let watch = Arc::new(Watch::default());
        let buckets = elsewhere.map_or_else(|| format!("http://s3.localhost:{port}"), Elsewhere::buckets);
        let around = (buckets.as_str(), &watch, &faults);
        let functions = Functions::of(&stack, &functions, &theirs, &engines.clock, around, |spec| {
            let way_out = WayOut::new(&spec.logical_id, &internet, &engines, &faults, &recorder, beyond);
            let (engines, faults, recorder) = (Arc::clone(&engines), Arc::clone(&faults), Arc::clone(&recorder));
            (Connector::new(engines, &stack, &spec.logical_id, faults, recorder), way_out)
        });
        let parts = Parts { engines, functions, faults, ambient };
        let inner = Inner {
            api: HttpApi::of(&stack, patience)?,
            sources: sources::of(&stack, &parts)?,
            stack,
            parts,
            recorder,
            internet,
            watch,
            turn: AtomicUsize::new(0),
            busy: AtomicUsize::new(0),
            done: AtomicU64::new(0),
            rested: Notify::new(),
            _data: data,
        };
        let world = Self(Arc::new(inner));
        world.link_gateway(port);
        Ok(world)
    }

    /// Starts a world on disk whose queues, bus and buckets are at a LocalStack, where they are made, and whose tables are
    /// asked for over HTTP. Time passes there by itself.
    pub async fn start_apart(options: Options) -> Result<Self, StartError> {
        let folder = options.data.as_ref().map(|folder| folder.path().to_owned());
        let (aws, folder) = options.elsewhere.zip(folder).ok_or_else(|| {
            let missing = "it takes a folder, and where the rest is";
            StartError::Elsewhere(std::io::Error::other(missing))
        })?;
        let world = Self::start(options)?;
        let there = Elsewhere::open(aws, &folder, &world.0.stack).await?;
        // Nobody else has this world yet.
        drop(world.0.parts.engines.elsewhere.set(there));
        Ok(world)
    }

    /// Lets the payment gateway tell the API of what happened, where the API has a route for that.
    fn link_gateway(&self, port: u16) {
        let (engines, faults) = (&self.0.parts.engines, &self.0.parts.faults);
        let inner = Arc::downgrade(&self.0);
        let courier: Courier = Box::new(move |request| {
            let world = inner.upgrade().map(Self);
            Box::pin(async move {
                match world {
                    Some(world) => world.request(request, GATEWAY).await.status().as_u16(),
                    None => StatusCode::SERVICE_UNAVAILABLE.as_u16(),
                }
            })
        });
        engines.gateway.link(courier, Arc::clone(faults), format!("http://127.0.0.1:{port}"));
        engines.gateway.calls(self.0.api.has(&Method::POST, WEBHOOKS).then_some(WEBHOOKS));
    }

    /// What the whole host answers: the buckets at `s3.localhost`, what is local only under /dev, else the API.
    pub async fn visit(&self, request: Request<Bytes>, source_ip: IpAddr) -> Response<Bytes> {
        if let Some(elsewhere) = self.0.parts.engines.elsewhere.get().filter(|there| there.is_for_buckets(&request)) {
            return elsewhere.objects(request).await.unwrap_or_else(|error| {
                tracing::error!(%error, "what is elsewhere does not answer");
                let mut answer = Response::new(Bytes::new());
                *answer.status_mut() = StatusCode::BAD_GATEWAY;
                answer
            });
        }
        let (parts, body) = request.into_parts();
        let to_buckets = is_for_buckets(&parts);
        let request = Request::from_parts(parts, body);
        if to_buckets {
            self.objects(request).await
        } else if dev::is_local(request.uri().path()) {
            dev::answer(self, request, source_ip).await
        } else {
            self.request(request, source_ip).await
        }
    }

    /// What the HTTP API answers to a request from `source_ip`.
    pub async fn request(&self, request: Request<Bytes>, source_ip: IpAddr) -> Response<Bytes> {
        let parts = &self.0.parts;
        self.0.api.answer(&parts.functions, &parts.ambient, request, source_ip).await
    }

    /// What S3 answers to a request that is signed in its URL, by a function, for what that function may do.
    pub async fn objects(&self, request: Request<Bytes>) -> Response<Bytes> {
        let Inner { stack, parts, recorder, .. } = &*self.0;
        let may = |Signer(signer): &Signer, request: &Request<Bytes>| {
            let (engines, faults) = (Arc::clone(&parts.engines), Arc::clone(&parts.faults));
            let connector = match parts.functions.find(signer) {
                None if signer == HOST => Connector::unrestricted(engines),
                None => return Err(Signer::unknown()),
                Some(_) => Connector::new(engines, stack, signer, faults, Arc::clone(recorder)),
            };
            connector.admits(request)
        };
        let (bucket, _) = s3_place(&request);
        let cors = stack.buckets.iter().find(|spec| spec.name == bucket).and_then(|spec| Cors::of(&spec.cors));
        if let Some(answer) = cors.as_ref().and_then(|cors| cors.preflight(&request)) {
            return answer;
        }
        let origin = request.headers().get(ORIGIN).cloned();
        let mut answer = parts.engines.s3.serve(request, may).await;
        if let Some(cors) = cors {
            cors.apply(origin.as_ref(), answer.headers_mut());
        }
        answer
    }

    /// Calls a function, by its name in the template or its bin's, as Lambda's Invoke does.
    pub async fn invoke(&self, function: &str, event: Value) -> Result<Value, CallError> {
        let functions = &self.0.parts.functions;
        let at = functions.find(function).ok_or_else(|| CallError::Unknown(function.to_owned()))?;
        functions.call(at, event).await
    }

    /// A start in a function's environment with the host's own way to AWS, which has every right, no faults and no
    /// record: for what an operator does.
    pub fn operator(&self, function: &str) -> Option<Init> {
        let Parts { engines, functions, ambient, .. } = &self.0.parts;
        let env = functions.env(functions.find(function)?)?.clone();
        let config = sdk_config(Connector::unrestricted(Arc::clone(engines)), &engines.clock);
        let (way_out, telemetry) =
            (WayOut::calm(HOST, &self.0.internet, engines), Telemetry::silent(&env, ambient.clone()));
        let aws = Aws::over(config, env.clone());
        Some(Init { aws, env, ambient: ambient.clone(), internet: Some(way_out), telemetry })
    }

    /// Moves the clock ahead; where a part is elsewhere, time passes as it does.
    pub fn advance(&self, by: Duration) {
        if self.0.parts.engines.elsewhere.get().is_some() {
            return std::thread::sleep(by);
        }
        if let Err(error) = self.0.parts.engines.advance(by) {
            tracing::error!(%error, "the clock's lead could not be kept");
        }
    }

    /// How many handlers began while another one was at work: a test of races that had none raced nothing.
    pub fn overlapping(&self) -> u64 {
        self.0.parts.functions.overlapping()
    }

    /// Every mail and message that was sent, oldest first.
    pub fn mailbox(&self) -> Result<Vec<Mail>, EngineError> {
        self.0.parts.engines.mail.mailbox()
    }

    /// The payment gateway.
    pub fn gateway(&self) -> &PaymentGateway {
        &self.0.parts.engines.gateway
    }

    /// Whom its functions reach that is not AWS.
    pub fn internet(&self) -> &Internet {
        &self.0.internet
    }

    /// Switches what calls a function by itself on or off: its queues, streams and schedules.
    pub fn enable_sources(&self, function: &str, enabled: bool) {
        for source in self.0.sources.iter().filter(|source| source.function() == function) {
            source.enable(enabled);
        }
        self.0.parts.engines.pulse.beat();
    }

    /// What it consists of.
    pub fn stack(&self) -> &Arc<Stack> {
        &self.0.stack
    }

    /// Its AWS, seen from behind.
    pub fn engines(&self) -> &Engines {
        &self.0.parts.engines
    }

    /// Who called what.
    pub fn recorder(&self) -> &Recorder {
        &self.0.recorder
    }

    /// How its functions fare.
    pub fn watch(&self) -> &Watch {
        &self.0.watch
    }

    /// What goes wrong.
    pub fn faults(&self) -> &Faults {
        &self.0.parts.faults
    }

    /// Its time.
    pub fn clock(&self) -> &WorldClock {
        &self.0.parts.engines.clock
    }

    /// Its time and randomness.
    pub fn ambient(&self) -> &Ambient {
        &self.0.parts.ambient
    }

    /// How many sources there are, for those who wait on each.
    pub(crate) fn sources(&self) -> &[Source] {
        &self.0.sources
    }

    pub(crate) fn parts(&self) -> &Parts {
        &self.0.parts
    }

    #[cfg(test)]
    pub(crate) fn shared_internet(&self) -> &Arc<Internet> {
        &self.0.internet
    }
}
