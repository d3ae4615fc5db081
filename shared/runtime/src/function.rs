//! What a function is: a name, and how it starts.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use axum::Router;
use futures::future::BoxFuture;
use holdfast_core::Ambient;
use serde_json::Value;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::aws::Aws;
use crate::env::{Env, InitError};
use crate::lambda::BoxError;
use crate::telemetry::{Measures, SpanKind, Telemetry};
use crate::web::Internet;

/// What a cold start begins with.
#[derive(Clone, Debug)]
pub struct Init {
    /// The environment.
    pub env: Env,
    /// The AWS clients.
    pub aws: Aws,
    /// Clock and randomness.
    pub ambient: Ambient,
    /// What stands in for the machine's network: the local host's. Nothing in a Lambda.
    pub internet: Option<Arc<dyn Internet>>,
    /// How it is watched.
    pub telemetry: Telemetry,
}

/// A function's state, built during INIT.
pub trait FromInit: Sized {
    /// Reads the environment and the secrets, and builds the clients.
    fn from_init(init: &Init) -> impl Future<Output = Result<Self, InitError>> + Send;
}

/// Takes an event and gives the answer, both as Lambda carries them.
pub type EventHandler = Arc<dyn Fn(Value) -> BoxFuture<'static, Result<Value, BoxError>> + Send + Sync>;

/// A started function.
#[derive(Clone)]
pub enum Handler {
    /// Answers an HTTP API's requests.
    Http(Router),
    /// Answers the events of queues, streams and schedules.
    Event(EventHandler),
}

type Start = Arc<dyn Fn(Init) -> BoxFuture<'static, Result<Handler, InitError>> + Send + Sync>;

/// A Lambda function.
#[derive(Clone)]
pub struct Function {
    name: &'static str,
    openapi: Option<Arc<dyn Fn() -> OpenApi + Send + Sync>>,
    start: Start,
}

impl Function {
    /// An endpoint: a state, one route, and the layers that all endpoints share (`holdfast_http::layers`).
    pub fn http<S, R, L>(name: &'static str, routes: R, layers: L) -> Self
    where
        S: FromInit + Clone + Send + Sync + 'static,
        R: Fn() -> OpenApiRouter<S> + Send + Sync + 'static,
        L: Fn(Router, &Init, &'static str) -> Result<Router, InitError> + Send + Sync + 'static,
    {
        let (routes, layers) = (Arc::new(routes), Arc::new(layers));
        let described = Arc::clone(&routes);
        let start: Start = Arc::new(move |init| {
            let (routes, layers) = (Arc::clone(&routes), Arc::clone(&layers));
            Box::pin(async move {
                let state = S::from_init(&init).await?;
                let (router, _) = routes().with_state(state).split_for_parts();
                Ok(Handler::Http(layers(router, &init, name)?))
            })
        });
        Self { name, openapi: Some(Arc::new(move || described().into_openapi())), start }
    }

    /// A consumer of events.
    pub fn event<F>(name: &'static str, start: impl Fn(Init) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<EventHandler, InitError>> + Send + 'static,
    {
        let start: Start = Arc::new(move |init| {
            let telemetry = init.telemetry.clone();
            let starting = start(init);
            Box::pin(async move { Ok(Handler::Event(watched(name, telemetry, starting.await?))) })
        });
        Self { name, openapi: None, start }
    }

    /// The name: of the bin, and in snake case of the operation.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What an endpoint says of itself; nothing for a consumer.
    pub fn openapi(&self) -> Option<OpenApi> {
        self.openapi.as_ref().map(|openapi| openapi())
    }

    /// A cold start.
    pub async fn start(&self, init: Init) -> Result<Handler, InitError> {
        (self.start)(init).await
    }
}

/// A consumer's invocation as a piece of work: it flushes what was seen of it, and what it counted outside of any message's own
/// work has a line.
fn watched(function: &'static str, telemetry: Telemetry, handler: EventHandler) -> EventHandler {
    Arc::new(move |event| {
        let (telemetry, handler) = (telemetry.clone(), Arc::clone(&handler));
        Box::pin(async move {
            let work = telemetry.begin(SpanKind::Internal, function, None);
            let outcome = work.run(handler(event)).await;
            let tally = work.tally();
            if tally.counted().next().is_some() {
                let measures = Measures::of(&telemetry).tally(tally);
                work.run(async { tracing::info!(function, %measures, "invocation") }).await;
            }
            work.end(outcome.is_err(), Vec::new());
            telemetry.flush().await;
            outcome
        })
    })
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Function").field(&self.name).finish()
    }
}
