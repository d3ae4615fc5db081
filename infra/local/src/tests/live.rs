//! A live world: real time, background work, and a port.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::{Background, WorldClock, serve};

fn live() -> (World, Script) {
    live_of(TEMPLATE)
}

fn live_of(template: &str) -> (World, Script) {
    let script = Script::default();
    let blueprint = Blueprint::from_text(template, &BTreeMap::new()).unwrap();
    let mut functions: Vec<Function> = ["worker", "reader", "tick"].map(|name| script.toy(name)).into();
    functions.extend(gateway::toys(&script));
    let options = Options { functions, clock: WorldClock::machine(), ..Options::simulated(blueprint, 1) };
    (World::start(options).unwrap(), script)
}

/// Waits for what a toy is handed, for at most ten seconds.
async fn seen(script: &Script, toy: &str) -> Vec<Value> {
    for _ in 0..2_000 {
        let seen = script.seen(toy);
        if !seen.is_empty() {
            return seen;
        }
        SystemClock.sleep(Duration::from_millis(5)).await;
    }
    panic!("{toy} was handed nothing");
}

#[tokio::test]
async fn work_is_done_when_something_stirs_it_or_its_time_has_come() {
    let (world, script) = live();
    let background = Background::start(&world);
    world.engines().sqs.send(&arn("work"), "now", None).unwrap();
    assert_eq!(bodies(&seen(&script, "worker").await), [["now"]]);
    put(&world, "a", None).await;
    assert_eq!(keys(&seen(&script, "reader").await), [["a"]]);
    world.engines().sqs.send(&arn("work"), "in a second", Some(Duration::from_secs(1))).unwrap();
    assert!(script.seen("worker").is_empty());
    assert_eq!(bodies(&seen(&script, "worker").await), [["in a second"]]);
    // Moving the clock wakes those who wait for it.
    world.advance(Duration::from_secs(300));
    assert_eq!(seen(&script, "tick").await.len(), 1);
    background.stop().await;
    world.engines().sqs.send(&arn("work"), "too late", None).unwrap();
    SystemClock.sleep(Duration::from_millis(50)).await;
    assert!(script.seen("worker").is_empty());
}

#[tokio::test]
async fn a_retry_wakes_at_its_time() {
    let (world, script) = live_of(&TEMPLATE.replace("MaximumRetryAttempts: 2", "MaximumRetryAttempts: -1"));
    let background = Background::start(&world);
    // One try and two retries at once; the next is a second later, when nothing else happens.
    for _ in 0..3 {
        script.reply("reader", Reply::Fails);
    }
    put(&world, "a", None).await;
    let mut tries = 0;
    while tries < 4 {
        tries += seen(&script, "reader").await.len();
    }
    background.stop().await;
}

#[tokio::test]
async fn a_payment_under_way_ends_by_itself() {
    let (world, script) = live();
    let background = Background::start(&world);
    let gateway = world.gateway();
    gateway.takes(Duration::from_secs(1));
    gateway.calls(Some("/echo"));
    let form = "amount=500&currency=eur&confirm=true&payment_method=pm_sandbox_succeedsLate";
    let request = http::Request::post("/v1/payment_intents")
        .header("authorization", "Bearer sk_test_sandbox")
        .header("content-type", "application/x-www-form-urlencoded");
    gateway.handle(request.body(form.into()).unwrap()).await;
    let told = || gateway.events().unwrap().iter().filter(|event| event.pending_webhooks == 0).count();
    for _ in 0..2_000 {
        if told() == 2 {
            break;
        }
        SystemClock.sleep(Duration::from_millis(5)).await;
    }
    assert_eq!((told(), script.starts("web")), (2, 1));
    background.stop().await;
}

#[tokio::test]
async fn settling_waits_for_what_the_background_is_at() {
    let (world, script) = live();
    let background = Background::start(&world);
    for nth in 0..50 {
        world.engines().sqs.send(&arn("work"), &nth.to_string(), None).unwrap();
        put(&world, &nth.to_string(), None).await;
    }
    world.settle().await;
    assert_eq!(bodies(&script.seen("worker")).concat().len(), 50);
    assert_eq!(keys(&script.seen("reader")).concat().len(), 50);
    script.reply("worker", Reply::Waits(Duration::from_millis(50)));
    world.engines().sqs.send(&arn("work"), "slow", None).unwrap();
    seen(&script, "worker").await;
    world.settle().await;
    assert!(world.engines().sqs.peek(&arn("work")).unwrap().is_empty());
    background.stop().await;
}

/// Sends bytes to the port and reads until the host hangs up.
async fn exchange(port: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(port).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn the_port_serves_the_api_the_dev_pages_and_the_buckets() {
    let (world, script) = live();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(serve(world.clone(), listener, async { drop(stopped.await) }));
    let close = "connection: close\r\n";

    let request = format!("POST /echo HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 5\r\n{close}\r\nhello");
    let answer = exchange(port, request.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("127.0.0.1  5"), "{answer}");

    let length = crate::gateway::BODY_LIMIT + 1;
    let mut request = format!("POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: {length}\r\n{close}\r\n").into_bytes();
    request.resize(request.len() + length, b'x');
    let answer = exchange(port, &request).await;
    assert!(
        answer.starts_with("HTTP/1.1 413 ") && answer.ends_with(r#"{"message":"Request Entity Too Large"}"#),
        "{answer}"
    );

    world.engines().sqs.send(&arn("work"), "a", None).unwrap();
    let settle = |host: &str| format!("POST /dev/settle HTTP/1.1\r\nhost: {host}\r\ncontent-length: 0\r\n{close}\r\n");
    let answer = exchange(port, settle("evil.example").as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 403 ") && script.seen("worker").is_empty(), "{answer}");
    let answer = exchange(port, settle(&port.to_string()).as_bytes()).await;
    assert!(answer.contains(r#""settled":true"#), "{answer}");
    assert_eq!(bodies(&script.seen("worker")), [["a"]]);

    let request = format!("GET /holdfast-failures/x HTTP/1.1\r\nhost: s3.localhost:{}\r\n{close}\r\n", port.port());
    let answer = exchange(port, request.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 403 ") && answer.contains("<Code>AccessDenied</Code>"), "{answer}");

    // An idle connection does not keep the host from stopping.
    let idle = TcpStream::connect(port).await.unwrap();
    drop(stop);
    serving.await.unwrap().unwrap();
    drop(idle);
}

#[tokio::test]
async fn a_call_runs_to_its_end_when_the_client_hangs_up() {
    let (world, script) = live();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap();
    let serving = tokio::spawn(serve(world.clone(), listener, std::future::pending()));
    let mut stream = TcpStream::connect(port).await.unwrap();
    stream.write_all(b"GET /slow HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    while script.starts("web") == 0 {
        SystemClock.sleep(Duration::from_millis(5)).await;
    }
    drop(stream);
    // The call ends by its timeout, and with it the environment: the next one starts afresh.
    SystemClock.sleep(Duration::from_millis(1_200)).await;
    let request = b"POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    exchange(port, request).await;
    assert_eq!(script.starts("web"), 2);
    serving.abort();
}
