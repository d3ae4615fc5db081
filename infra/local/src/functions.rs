//! The functions of a stack, each with a context of its own, and Lambda's rules for calling them.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures::FutureExt;
use futures::future::BoxFuture;
use holdfast_core::Ambient;
use holdfast_runtime::{Aws, BoxError, Env, Function, Handler, Init, Internet, Telemetry};
use http::{Request, Response};
use http_body_util::BodyExt;
use serde::Serialize;
use serde_json::Value;
use tower::ServiceExt;

use crate::clock::WorldClock;
use crate::connector::{Connector, sdk_config};
use crate::faults::Faults;
use crate::internet::WayOut;
use crate::invocation::{Crashed, Invocation};
use crate::sources::reported_failures;
use crate::template::model::{FunctionSpec, REGION, Stack};
use crate::watch::{Fared, Watch};

/// The most that a call may carry, either way, in bytes.
const PAYLOAD_LIMIT: usize = 6 * 1024 * 1024;
/// What stands around a JSON string, in bytes.
const QUOTES: usize = 2;

/// All functions of a stack.
pub(crate) struct Functions {
    list: Vec<Deployed>,
    traffic: Arc<Traffic>,
    watch: Arc<Watch>,
    faults: Arc<Faults>,
}

/// Handlers that are at work at once.
#[derive(Debug, Default)]
struct Traffic {
    under_way: AtomicUsize,
    overlapping: AtomicU64,
}

/// A handler at work.
struct AtWork(Arc<Traffic>);

impl AtWork {
    fn begin(traffic: &Arc<Traffic>) -> Self {
        if traffic.under_way.fetch_add(1, Ordering::SeqCst) > 0 {
            traffic.overlapping.fetch_add(1, Ordering::SeqCst);
        }
        Self(Arc::clone(traffic))
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::SeqCst);
    }
}

/// One function, as it is deployed.
struct Deployed {
    spec: FunctionSpec,
    /// None when no crate has a bin of that name.
    code: Option<Function>,
    init: Init,
    /// The environment that answers; none before the first call, and after one that died.
    warm: RwLock<Option<Handler>>,
    starting: tokio::sync::Mutex<()>,
}

/// Why a call brought no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// There is no such function.
    #[error("there is no function {0}")]
    Unknown(String),
    /// INIT failed.
    #[error("{function} cannot start: {reason}")]
    Init {
        /// Which.
        function: String,
        /// Why.
        reason: String,
    },
    /// It took longer than template.yaml allows.
    #[error("{function} timed out after {seconds} seconds")]
    TimedOut {
        /// Which.
        function: String,
        /// Its limit.
        seconds: u64,
    },
    /// It answered with an error.
    #[error("{function} failed: {reason}")]
    Failed {
        /// Which.
        function: String,
        /// What it said.
        reason: String,
    },
    /// Its environment died.
    #[error("the function's environment died")]
    Crashed,
    /// What it was to be handed is over 6 MB.
    #[error("the request is over 6 MB")]
    RequestTooLarge,
    /// What it answered is over 6 MB.
    #[error("the answer is over 6 MB")]
    AnswerTooLarge,
}

impl Functions {
    /// The functions of `stack`, by the code of `registry`.
    pub(crate) fn of(
        stack: &Stack,
        registry: &[Function],
        ambient: &Ambient,
        clock: &WorldClock,
        (buckets, watch, faults): (&str, &Arc<Watch>, &Arc<Faults>),
        ways: impl Fn(&FunctionSpec) -> (Connector, WayOut),
    ) -> Self {
        let code: HashMap<&str, &Function> = registry.iter().map(|function| (function.name(), function)).collect();
        let list = stack.functions.iter().map(|spec| {
            let env = environment(spec, buckets);
            let (connector, way_out) = ways(spec);
            let aws = Aws::over(sdk_config(connector, clock), env.clone());
            let internet: Option<Arc<dyn Internet>> = Some(Arc::new(way_out));
            let telemetry = Telemetry::silent(&env, ambient.clone()).into(watch.sink(&spec.bin));
            let telemetry = telemetry.clone().collected(&env).unwrap_or_else(|error| {
                tracing::warn!(%error, "the status page alone gets spans");
                telemetry
            });
            Deployed {
                spec: spec.clone(),
                code: code.get(spec.bin.as_str()).map(|code| (*code).clone()),
                init: Init { env, aws, ambient: ambient.clone(), internet, telemetry },
                warm: RwLock::default(),
                starting: tokio::sync::Mutex::default(),
            }
        });
        Self { list: list.collect(), traffic: Arc::default(), watch: Arc::clone(watch), faults: Arc::clone(faults) }
    }

    /// Where a function stands, by its name in the template or its bin's.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        let list = || self.list.iter();
        let named = list().position(|function| function.spec.logical_id == name);
        named.or_else(|| list().position(|function| function.spec.bin == name))
    }

    /// The environment that a function starts with.
    pub(crate) fn env(&self, at: usize) -> Option<&Env> {
        self.list.get(at).map(|function| &function.init.env)
    }

    /// How many handlers began while another one was at work.
    pub(crate) fn overlapping(&self) -> u64 {
        self.traffic.overlapping.load(Ordering::SeqCst)
    }

    /// Hands a function an event.
    pub(crate) async fn call(&self, at: usize, event: Value) -> Result<Value, CallError> {
        let function = self.get(at)?;
        if json_length(&event) > PAYLOAD_LIMIT {
            return Err(function.logged(CallError::RequestTooLarge));
        }
        let _at_work = AtWork::begin(&self.traffic);
        let failed = |answer: &Value| reported_failures(answer).is_some_and(|failures| !failures.is_empty());
        let invoke = move |handler| -> BoxFuture<'static, _> {
            Box::pin(async move { holdfast_runtime::invoke(&handler, event).await })
        };
        let answer = function.run(self, invoke, failed).await?;
        if json_length(&answer) > PAYLOAD_LIMIT {
            return Err(function.logged(CallError::AnswerTooLarge));
        }
        Ok(answer)
    }

    /// Hands a function a request, without the detour over Lambda's JSON.
    pub(crate) async fn call_http(&self, at: usize, request: Request<Bytes>) -> Result<Response<Bytes>, CallError> {
        let function = self.get(at)?;
        if payload_length(request.body()) > PAYLOAD_LIMIT {
            return Err(function.logged(CallError::RequestTooLarge));
        }
        let request = request.map(Body::from);
        let _at_work = AtWork::begin(&self.traffic);
        let failed = |answer: &Response<Bytes>| answer.status().is_server_error();
        let answer = function.run(self, move |handler| Box::pin(answer(handler, request)), failed).await?;
        if payload_length(answer.body()) > PAYLOAD_LIMIT {
            return Err(function.logged(CallError::AnswerTooLarge));
        }
        Ok(answer)
    }

    fn get(&self, at: usize) -> Result<&Deployed, CallError> {
        self.list.get(at).ok_or_else(|| CallError::Unknown(at.to_string()))
    }
}

async fn answer(handler: Handler, request: Request<Body>) -> Result<Response<Bytes>, BoxError> {
    match handler {
        Handler::Http(router) => {
            let (parts, body) = router.oneshot(request).await?.into_parts();
            Ok(Response::from_parts(parts, body.collect().await?.to_bytes()))
        }
        Handler::Event(_) => Err("it takes events, and was handed a request".into()),
    }
}

/// How long a value is as a JSON text, without making one.
fn json_length(value: &(impl Serialize + ?Sized)) -> usize {
    struct Length(usize);
    impl io::Write for Length {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut length = Length(0);
    // Neither a value nor this writer can fail.
    serde_json::to_writer(&mut length, value).map_or(usize::MAX, |()| length.0)
}

/// What a body adds to a payload: it lies in it as a JSON string, text with its escapes, anything else in base64.
fn payload_length(body: &Bytes) -> usize {
    match std::str::from_utf8(body) {
        Ok(text) => json_length(text) - QUOTES,
        Err(_) => body.len().div_ceil(3) * 4,
    }
}

impl Deployed {
    /// Calls the function, and notes how it fared.
    async fn run<T>(
        &self,
        all: &Functions,
        work: impl FnOnce(Handler) -> BoxFuture<'static, Result<T, BoxError>>,
        failed: impl FnOnce(&T) -> bool,
    ) -> Result<T, CallError> {
        let (at, invocation) = (self.init.ambient.now(), Arc::new(Invocation::skewed(all.faults.skew_s())));
        let outcome = Box::pin(self.attempt(all, &invocation, work)).await;
        let failed = outcome.as_ref().map_or(true, failed);
        let took = self.init.ambient.now().duration_since(at).as_micros();
        let took_us = u64::try_from(took).unwrap_or(0);
        all.watch.fares(&self.spec.bin, &Fared { at, took_us, failed, calls: &invocation.calls() });
        outcome
    }

    async fn attempt<T>(
        &self,
        all: &Functions,
        invocation: &Arc<Invocation>,
        work: impl FnOnce(Handler) -> BoxFuture<'static, Result<T, BoxError>>,
    ) -> Result<T, CallError> {
        let handler = self.handler(&all.watch).await.map_err(|error| self.logged(error))?;
        // A panic is caught as Lambda's runtime does: this call fails, and the environment lives on.
        let work = AssertUnwindSafe(work(handler)).catch_unwind();
        let invocation = Arc::clone(invocation).run(work);
        // Where somebody has decided who goes next, real time means nothing.
        let patience = if all.faults.turns().were_decided() { Duration::MAX } else { self.spec.timeout };
        let outcome = match tokio::time::timeout(patience, invocation).await {
            Ok(Ok(Ok(Ok(answer)))) => return Ok(answer),
            Ok(Ok(Ok(Err(error)))) => Err(self.failed(error.to_string())),
            Ok(Ok(Err(_))) => Err(self.failed("it panicked".to_owned())),
            Ok(Err(Crashed)) => Err(CallError::Crashed),
            Err(_) => {
                let (function, seconds) = (self.spec.logical_id.clone(), self.spec.timeout.as_secs());
                Err(CallError::TimedOut { function, seconds })
            }
        };
        if matches!(outcome, Err(CallError::Crashed | CallError::TimedOut { .. })) {
            // Lambda ends the environment: the next call is a cold start.
            *self.warm.write().unwrap_or_else(PoisonError::into_inner) = None;
        }
        outcome.map_err(|error| self.logged(error))
    }

    /// The started function: started now if it is not.
    async fn handler(&self, watch: &Watch) -> Result<Handler, CallError> {
        if let Some(warm) = self.warm() {
            return Ok(warm);
        }
        let _alone = self.starting.lock().await;
        if let Some(warm) = self.warm() {
            return Ok(warm);
        }
        let init = |reason: String| CallError::Init { function: self.spec.logical_id.clone(), reason };
        let Some(code) = &self.code else { return Err(init(format!("there is no bin {}", self.spec.bin))) };
        let started = AssertUnwindSafe(code.start(self.init.clone())).catch_unwind().await;
        let handler = match started {
            Ok(Ok(handler)) => handler,
            Ok(Err(error)) => return Err(init(with_source(&error))),
            Err(_) => return Err(init("it panicked".to_owned())),
        };
        *self.warm.write().unwrap_or_else(PoisonError::into_inner) = Some(handler.clone());
        watch.starts(&self.spec.bin);
        Ok(handler)
    }

    fn warm(&self) -> Option<Handler> {
        self.warm.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn failed(&self, reason: String) -> CallError {
        CallError::Failed { function: self.spec.logical_id.clone(), reason }
    }

    fn logged(&self, error: CallError) -> CallError {
        tracing::error!(function = self.spec.logical_id, %error, "a call failed");
        error
    }
}

fn with_source(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {}", with_source(source)),
        None => error.to_string(),
    }
}

/// The template's variables, and those that Lambda sets. And where S3 is: a presigned URL has to lead there.
fn environment(spec: &FunctionSpec, buckets: &str) -> Env {
    let own = [
        ("AWS_ENDPOINT_URL_S3", buckets),
        ("AWS_REGION", REGION),
        ("AWS_DEFAULT_REGION", REGION),
        ("AWS_ACCESS_KEY_ID", "local"),
        ("AWS_SECRET_ACCESS_KEY", "local"),
        ("AWS_LAMBDA_FUNCTION_NAME", &spec.logical_id),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &spec.memory_mb.to_string()),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    spec.environment.clone().into_iter().chain(own).collect()
}

impl fmt::Debug for Functions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.list.iter().map(|function| &function.spec.logical_id)).finish()
    }
}
