//! What functions reach that is not AWS, and what they do not.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Bytes;
use holdfast_runtime::{Web, WebError};
use http::{Request, Response, StatusCode};

use super::*;
use crate::faults::{Fault, Matcher};
use crate::internet::{Reply, WayOut};

const GATEWAY: &str = "http://127.0.0.1:8080/dev/gateway";
const PATIENCE: Duration = Duration::from_secs(5);

/// The way out of a function of this world.
fn init(world: &World) -> Init {
    let (parts, recorder) = (world.parts(), Arc::default());
    let way_out = WayOut::new("Worker", world.shared_internet(), &parts.engines, &parts.faults, &recorder, false);
    Init { internet: Some(Arc::new(way_out)), ..world.operator("worker").unwrap() }
}

fn intent() -> Request<Bytes> {
    Request::post(format!("{GATEWAY}/v1/payment_intents"))
        .header("authorization", "Bearer sk_test_sandbox")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Bytes::from_static(b"amount=500&currency=eur"))
        .unwrap()
}

fn get(url: &str) -> Request<Bytes> {
    Request::get(url).body(Bytes::new()).unwrap()
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// A server that counts.
fn counting(world: &World, at: &str) -> Arc<AtomicUsize> {
    let visits = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&visits);
    world.internet().serves(address(at), move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        Reply::status(StatusCode::OK)
    });
    visits
}

#[tokio::test]
async fn the_payment_gateway_answers_and_fails_as_it_is_told() {
    let (world, _) = toys();
    let web = Web::open(&init(&world)).unwrap();
    let made = web.send(intent(), PATIENCE).await.unwrap();
    assert_eq!(made.status(), 200);
    let id = world.gateway().intents().unwrap()[0].id.clone();
    assert!(std::str::from_utf8(made.body()).unwrap().contains(&id));
    world.gateway().fails_with(503);
    assert_eq!(web.send(intent(), PATIENCE).await.unwrap().status(), 503);
    world.gateway().hangs();
    assert_eq!(web.send(intent(), PATIENCE).await.unwrap_err(), WebError::TimedOut);
    world.gateway().recovers();
    assert_eq!(world.gateway().intents().unwrap().len(), 1);
}

#[tokio::test]
async fn what_goes_wrong_with_aws_goes_wrong_here_too() {
    let (world, _) = toys();
    let web = Web::open(&init(&world)).unwrap();
    let next = |fault| {
        let operation = Some("POST /v1/payment_intents".to_owned());
        world.faults().once(Matcher { operation, function: Some("Worker".to_owned()), after: 0 }, fault);
    };
    next(Fault::LostAnswer);
    assert!(matches!(web.send(intent(), PATIENCE).await, Err(WebError::Broken(_))));
    assert_eq!(world.gateway().intents().unwrap().len(), 1);
    for (fault, status) in [(Fault::Throttle, 429), (Fault::Outage, 503)] {
        next(fault);
        assert_eq!(web.send(intent(), PATIENCE).await.unwrap().status(), status);
    }
    assert_eq!((world.gateway().intents().unwrap().len(), world.faults().waiting()), (1, 0));
}

#[tokio::test]
async fn hosts_answer_hang_and_hang_up() {
    let (world, _) = toys();
    let web = Web::open(&init(&world)).unwrap();
    world.internet().host("hooks.example", address("93.184.215.14"), |request| match request.uri().path() {
        "/hangs" => Reply::Hangs,
        "/hangs-up" => Reply::HangsUp,
        path => Reply::Answers(Response::new(Bytes::from(format!("{path} of {}", request.uri().host().unwrap())))),
    });
    let answer = web.send(get("https://Hooks.example/a"), PATIENCE).await.unwrap();
    assert_eq!(answer.body().as_ref(), b"/a of Hooks.example");
    assert_eq!(web.send(get("https://hooks.example/hangs"), PATIENCE).await.unwrap_err(), WebError::TimedOut);
    assert!(matches!(web.send(get("https://hooks.example/hangs-up"), PATIENCE).await, Err(WebError::Broken(_))));
    // Nobody else is there.
    assert!(matches!(web.send(get("https://example.com/"), PATIENCE).await, Err(WebError::Broken(_))));
    assert!(matches!(web.send(get("https://8.8.8.8/"), PATIENCE).await, Err(WebError::Broken(_))));
}

#[tokio::test]
async fn the_public_way_ends_at_what_is_not_public() {
    let (world, _) = toys();
    let web = Web::public_only(&init(&world)).unwrap();
    let (inside, outside) = (counting(&world, "10.0.0.5"), counting(&world, "93.184.215.14"));
    world.internet().leads("inside.example", &[address("10.0.0.5")]);
    world.internet().leads("outside.example", &[address("93.184.215.14")]);
    assert!(matches!(web.send(get("https://inside.example/"), PATIENCE).await, Err(WebError::Refused(_))));
    assert!(matches!(web.send(get("https://10.0.0.5/"), PATIENCE).await, Err(WebError::Refused(_))));
    assert!(matches!(web.send(get("http://outside.example/"), PATIENCE).await, Err(WebError::Refused(_))));
    assert!(matches!(web.send(intent(), PATIENCE).await, Err(WebError::Refused(_))));
    assert_eq!(web.send(get("https://outside.example/"), PATIENCE).await.unwrap().status(), 200);
    // Where the configuration leads, it may lead inside.
    assert_eq!(Web::open(&init(&world)).unwrap().send(get("http://10.0.0.5/"), PATIENCE).await.unwrap().status(), 200);
    assert_eq!((inside.load(Ordering::SeqCst), outside.load(Ordering::SeqCst)), (1, 1));
}

#[tokio::test]
async fn a_name_that_turns_inwards_after_it_was_looked_at_leads_nowhere() {
    let (world, _) = toys();
    let web = Web::public_only(&init(&world)).unwrap();
    let (inside, outside) = (counting(&world, "127.0.0.1"), counting(&world, "93.184.215.14"));
    world.internet().leads("rebound.example", &[address("93.184.215.14"), address("127.0.0.1")]);
    assert_eq!(web.send(get("https://rebound.example/"), PATIENCE).await.unwrap().status(), 200);
    assert!(matches!(web.send(get("https://rebound.example/"), PATIENCE).await, Err(WebError::Refused(_))));
    assert_eq!((inside.load(Ordering::SeqCst), outside.load(Ordering::SeqCst)), (0, 1));
}

#[tokio::test]
async fn a_redirect_inwards_is_an_answer() {
    let (world, _) = toys();
    let web = Web::public_only(&init(&world)).unwrap();
    let inside = counting(&world, "10.0.0.5");
    world.internet().host("hooks.example", address("93.184.215.14"), |_| {
        let moved = Response::builder().status(302).header("location", "https://10.0.0.5/");
        Reply::Answers(moved.body(Bytes::new()).unwrap())
    });
    assert_eq!(web.send(get("https://hooks.example/"), PATIENCE).await.unwrap().status(), 302);
    assert_eq!(inside.load(Ordering::SeqCst), 0);
}
