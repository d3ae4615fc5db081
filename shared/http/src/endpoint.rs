//! What all endpoints share: names for requests, one log line, safe headers, problems rendered.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::handler::Handler;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::{Router, body::Body};
use futures::FutureExt;
use holdfast_core::{Ambient, RequestId};
use holdfast_dynamo::{Cost, metered};
use holdfast_runtime::{
    Attribute, FromInit, Function, Gateway, Init, InitError, Measures, SpanKind, Telemetry, TraceContext, Work,
};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use crate::caller::Guard;
use crate::origin::Origin;
use crate::problem::{Problem, ProblemBody};

/// An endpoint as a function: its one route, under what all endpoints share.
pub fn endpoint<S>(name: &'static str, route: fn() -> UtoipaMethodRouter<S>) -> Function
where
    S: FromInit + Clone + Send + Sync + 'static,
{
    Function::http(name, move || OpenApiRouter::new().routes(route()), layers)
}

/// What answers where no route does: the gateway's `$default`.
pub fn fallback<S, H, T>(name: &'static str, handler: H) -> Function
where
    S: FromInit + Clone + Send + Sync + 'static,
    H: Handler<T, S> + Sync,
    T: 'static,
{
    Function::http(name, move || OpenApiRouter::new().fallback(handler.clone()), layers)
}

/// 204: done, and nothing to say.
#[derive(Clone, Copy, Debug)]
pub struct NoContent;

impl IntoResponse for NoContent {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}

/// What the layer knows of its function.
#[derive(Debug)]
struct Surroundings {
    function: &'static str,
    ambient: Ambient,
    telemetry: Telemetry,
    explains_to_all: bool,
    guard: Option<Guard>,
}

fn layers(router: Router, init: &Init, function: &'static str) -> Result<Router, InitError> {
    // Only a function that verifies tokens has the keys; another explains itself to nobody but the local host.
    let guard = Guard::from_init(init).now_or_never().and_then(Result::ok);
    let explains_to_all = init.env.get("STAGE") == Some("local");
    let (ambient, telemetry) = (init.ambient.clone(), init.telemetry.clone());
    let surroundings = Surroundings { function, ambient, telemetry, explains_to_all, guard };
    Ok(router.layer(from_fn_with_state(Arc::new(surroundings), around)))
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const EXPLAIN: HeaderName = HeaderName::from_static("x-holdfast-explain");
const COST: HeaderName = HeaderName::from_static("x-holdfast-cost");
/// The W3C's name for the trace that an answer belongs to.
const TRACE: HeaderName = HeaderName::from_static("traceresponse");

async fn around(State(own): State<Arc<Surroundings>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let method = parts.method.clone();
    let route = parts.extensions.get::<MatchedPath>().map(|path| path.as_str().to_owned()).unwrap_or_default();
    let work = own.telemetry.begin(SpanKind::Server, format!("{method} {route}"), brought(&parts));
    let origin = origin(&own, &parts, &work);
    let asked = parts.headers.get(EXPLAIN).is_some_and(|value| value == "1");
    let explains = asked && (own.explains_to_all || own.guard.as_ref().is_some_and(|guard| guard.is_staff(&parts)));
    parts.extensions.insert(origin.clone());

    let handling = async {
        let handling = AssertUnwindSafe(Box::pin(next.run(Request::from_parts(parts, body)))).catch_unwind();
        let (response, cost) = metered(handling).await;
        let response = response.unwrap_or_else(|_| Problem::internal("a handler panicked").into_response());
        let response = rendered(response, &origin);
        log(&own, &work, &method, &route, response.status(), &cost, &origin);
        (response, cost)
    };
    let (mut response, cost) = work.run(handling).await;
    let (status, request_id) = (response.status(), origin.request_id.as_str());
    work.end(status.is_server_error(), attributes(own.function, &method, &route, status, request_id));
    own.telemetry.flush().await;
    if explains && let Ok(cost) = HeaderValue::from_str(&explanation(&cost)) {
        response.headers_mut().insert(COST, cost);
    }
    for (name, value) in [(REQUEST_ID, request_id), (TRACE, &work.context().to_string())] {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    }
    secured(response)
}

/// A client may bring its trace, but nothing else may travel in our events under that name.
fn brought(parts: &axum::http::request::Parts) -> Option<TraceContext> {
    parts.headers.get("traceparent")?.to_str().ok()?.parse().ok()
}

fn origin(own: &Surroundings, parts: &axum::http::request::Parts, work: &Work) -> Origin {
    let gateway = parts.extensions.get::<Gateway>();
    let named = gateway.map(|gateway| gateway.request_id.clone()).filter(|id| !id.is_empty());
    Origin {
        request_id: named.unwrap_or_else(|| own.ambient.id::<RequestId>().to_string()),
        source_ip: gateway.map_or(Origin::nowhere().source_ip, |gateway| gateway.source_ip),
        traceparent: Some(work.context().to_string()),
    }
}

fn attributes(
    function: &str,
    method: &Method,
    route: &str,
    status: StatusCode,
    request_id: &str,
) -> Vec<(&'static str, Attribute)> {
    vec![
        ("faas.name", function.into()),
        ("http.request.method", method.as_str().into()),
        ("http.route", route.into()),
        ("http.response.status_code", status.as_u16().into()),
        ("holdfast.request_id", request_id.into()),
    ]
}

/// A problem gets its body here, and a cause is logged here: once.
fn rendered(mut response: Response, origin: &Origin) -> Response {
    let Some(problem) = response.extensions_mut().remove::<Problem>() else { return response };
    if let Some(cause) = &problem.cause {
        tracing::error!(request_id = origin.request_id, code = problem.code, cause, "problem");
    }
    let body = ProblemBody {
        kind: format!("urn:holdfast:problem:{}", problem.code),
        title: problem.title.to_owned(),
        status: problem.status.as_u16(),
        detail: problem.detail,
        code: problem.code.to_owned(),
        errors: problem.errors,
        request_id: origin.request_id.clone(),
        members: problem.members,
    };
    *response.body_mut() = Body::from(serde_json::to_vec(&body).unwrap_or_default());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    for (name, value) in &problem.headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(*name, value);
        }
    }
    response
}

/// The one line of a request, its metrics in it.
fn log(
    own: &Surroundings,
    work: &Work,
    method: &Method,
    route: &str,
    status: StatusCode,
    cost: &Cost,
    origin: &Origin,
) {
    let measures = || {
        Measures::of(&own.telemetry)
            .count("requests", 1)
            .count("errors", u32::from(status.is_server_error()))
            .milliseconds("latency_ms", work.elapsed_ms())
            .tally(work.tally())
    };
    tracing::info!(
        function = own.function,
        method = method.as_str(),
        route,
        status = status.as_u16(),
        round_trips = cost.round_trips,
        read_units = cost.read_units,
        write_units = cost.write_units,
        request_id = origin.request_id,
        measures = %measures(),
        "request"
    );
}

fn explanation(cost: &Cost) -> String {
    format!(
        "round_trips={}, read_units={}, write_units={}, usd={:.9}",
        cost.round_trips,
        cost.read_units,
        cost.write_units,
        cost.usd()
    )
}

/// Headers that make a browser careful; an answer that knows better has set its own.
fn secured(mut response: Response) -> Response {
    const HEADERS: [(HeaderName, &str); 6] = [
        (HeaderName::from_static("strict-transport-security"), "max-age=63072000; includeSubDomains"),
        (HeaderName::from_static("x-content-type-options"), "nosniff"),
        (HeaderName::from_static("x-frame-options"), "DENY"),
        (HeaderName::from_static("referrer-policy"), "no-referrer"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}
