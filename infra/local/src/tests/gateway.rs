//! The HTTP API in front.

use std::net::IpAddr;

use axum::body::Bytes;
use axum::extract::Extension;
use axum::routing::{get, post};
use holdfast_runtime::{FromInit, Gateway, InitError};
use http::{HeaderMap, Request, Response};
use utoipa_axum::router::OpenApiRouter;

use super::*;
use crate::gateway::BODY_LIMIT;

#[derive(Clone)]
struct Nothing;

impl FromInit for Nothing {
    async fn from_init(_: &Init) -> Result<Self, InitError> {
        Ok(Self)
    }
}

async fn echo(Extension(gateway): Extension<Gateway>, headers: HeaderMap, body: Bytes) -> String {
    let tags = headers.get("x-tag").map_or("", |tags| tags.to_str().unwrap());
    format!("{} {tags} {}", gateway.source_ip, body.len())
}

/// The toys behind routes.
pub(super) fn toys(script: &Script) -> Vec<Function> {
    let starts = std::sync::Arc::clone(&script.starts);
    let routes = || {
        OpenApiRouter::<Nothing>::new()
            .route("/echo", post(echo).layer(axum::extract::DefaultBodyLimit::disable()))
            .route("/big", get(async || vec![b'x'; 6 * 1024 * 1024 + 1]))
            .route("/quotes", get(async || "\"".repeat(3 * 1024 * 1024 + 1)))
            .route("/slow", get(async || std::future::pending::<()>().await))
            .route("/panics", get(async || -> String { panic!("as scripted") }))
    };
    let layers = move |router, _: &Init, name| {
        starts.lock().unwrap().push(name);
        Ok(router)
    };
    let broken = Function::event("broken", |init| async move { init.env.text("NOT_THERE").map(|_| unreachable!()) });
    vec![Function::http("web", routes, layers), broken]
}

async fn ask(world: &World, request: http::request::Builder, body: impl Into<Bytes>) -> Response<Bytes> {
    world.request(request.body(body.into()).unwrap(), IpAddr::from([10, 0, 0, 7])).await
}

fn said(answer: &Response<Bytes>) -> (u16, &str) {
    (answer.status().as_u16(), std::str::from_utf8(answer.body()).unwrap())
}

#[tokio::test]
async fn a_function_sees_who_asks_and_headers_that_came_twice_as_one() {
    let (world, _) = super::toys();
    let request = Request::post("/echo").header("x-tag", "a").header("x-tag", "b");
    let answer = ask(&world, request, "hello").await;
    assert_eq!(said(&answer), (200, "10.0.0.7 a,b 5"));
    assert_eq!(answer.headers()["apigw-requestid"].len(), 16);
}

#[tokio::test]
async fn what_the_api_refuses_by_itself() {
    let (world, script) = super::toys();
    let answer = ask(&world, Request::get("/nowhere"), "").await;
    assert_eq!(said(&answer), (404, r#"{"message":"Not Found"}"#));
    let line = "POST /echo HTTP/1.1".len();
    let header = |length: usize| Request::post("/echo").header("x-long", "x".repeat(length));
    assert_eq!(ask(&world, header(10_240 - line), "").await.status(), 200);
    let answer = ask(&world, header(10_241 - line), "").await;
    assert_eq!(said(&answer), (431, r#"{"message":"Request Header Fields Too Large"}"#));
    // Up to the API's own limit the body passes; what Lambda does not carry is refused alike.
    let body = |length| Bytes::from(vec![b'x'; length]);
    assert_eq!(ask(&world, Request::post("/echo"), body(6 * 1024 * 1024)).await.status(), 200);
    for length in [6 * 1024 * 1024 + 1, BODY_LIMIT, BODY_LIMIT + 1] {
        let answer = ask(&world, Request::post("/echo"), body(length)).await;
        assert_eq!(said(&answer), (413, r#"{"message":"Request Entity Too Large"}"#));
    }
    assert_eq!(script.starts("web"), 1);
}

#[tokio::test]
async fn a_function_that_fails_is_a_500_without_a_reason() {
    let (world, script) = super::toys();
    for path in ["/panics", "/big", "/broken"] {
        let answer = ask(&world, Request::get(path), "").await;
        assert_eq!(said(&answer), (500, r#"{"message":"Internal Server Error"}"#), "{path}");
    }
    // A panic and an answer that is too large cost no environment.
    assert_eq!(script.starts("web"), 1);
}

#[tokio::test]
async fn a_function_that_takes_too_long_is_ended_and_starts_afresh() {
    let (world, script) = super::toys();
    assert_eq!(ask(&world, Request::get("/slow"), "").await.status(), 500);
    assert_eq!(ask(&world, Request::post("/echo"), "").await.status(), 200);
    assert_eq!(script.starts("web"), 2);
}

#[tokio::test]
async fn what_escapes_add_counts_to_the_six_megabytes() {
    let (world, script) = super::toys();
    // A quote is two bytes in a payload, and a byte that is no text a third more than itself.
    let (quotes, binary) = (3 * 1024 * 1024, 6 * 1024 * 1024 / 4 * 3);
    for (byte, most) in [(b'"', quotes), (b'\\', quotes), (b'\x01', 1024 * 1024), (0xff, binary)] {
        let body = |length| Bytes::from(vec![byte; length]);
        assert_eq!(ask(&world, Request::post("/echo"), body(most)).await.status(), 200, "{byte}");
        assert_eq!(ask(&world, Request::post("/echo"), body(most + 1)).await.status(), 413, "{byte}");
    }
    assert_eq!(ask(&world, Request::get("/quotes"), "").await.status(), 500);
    assert_eq!(script.starts("web"), 1);
}

#[tokio::test]
async fn the_api_waits_no_longer_than_its_own_limit() {
    let script = Script::default();
    let blueprint = Blueprint::from_text(&TEMPLATE.replace("Timeout: 1}", "Timeout: 25}"), &BTreeMap::new()).unwrap();
    let patience = Duration::from_millis(20);
    let options = Options { functions: toys(&script), patience, ..Options::simulated(blueprint, 1) };
    let world = World::start(options).unwrap();
    let answer = ask(&world, Request::get("/slow"), "").await;
    assert_eq!(said(&answer), (503, r#"{"message":"Service Unavailable"}"#));
    // Nothing has happened to the function, whose own limit is later.
    assert_eq!(ask(&world, Request::post("/echo"), "").await.status(), 200);
    assert_eq!(script.starts("web"), 1);
}

#[tokio::test]
async fn a_burst_is_throttled_until_time_passes() {
    let template = TEMPLATE.replace("ThrottlingBurstLimit: 1000", "ThrottlingBurstLimit: 2");
    let (world, _) = toys_of(&template);
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(ask(&world, Request::post("/echo"), "").await.status().as_u16());
    }
    assert_eq!(statuses, [200, 200, 429]);
    world.advance(Duration::from_millis(1));
    assert_eq!(ask(&world, Request::post("/echo"), "").await.status(), 200);
}

#[tokio::test]
async fn scripts_of_the_storefront_may_read_answers_and_refusals() {
    let (world, _) = super::toys();
    let from = |request: http::request::Builder, origin| request.header("origin", origin);
    let preflight =
        from(Request::options("/echo"), "https://shop.test").header("access-control-request-method", "POST");
    let answer = ask(&world, preflight, "").await;
    assert_eq!(answer.status(), 204);
    assert_eq!(answer.headers()["access-control-allow-methods"], "GET,POST");
    for path in ["/echo", "/nowhere"] {
        let answer = ask(&world, from(Request::post(path), "https://shop.test"), "").await;
        assert_eq!(answer.headers()["access-control-allow-origin"], "https://shop.test", "{path}");
        assert_eq!(answer.headers()["access-control-expose-headers"], "etag");
        let answer = ask(&world, from(Request::post(path), "https://evil.test"), "").await;
        assert!(!answer.headers().contains_key("access-control-allow-origin"));
    }
}
