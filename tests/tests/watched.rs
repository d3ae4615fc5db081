//! What an operator sees of the shop: a trace from the answer to the mail, metrics in the lines of the log, the status page.

#![expect(clippy::unwrap_used, reason = "a test may fail where it is surprised, its helpers too")]

use std::collections::BTreeSet;
use std::sync::LazyLock;
use std::time::Duration;

use holdfast_auth::Role;
use holdfast_local::Bytes;
use holdfast_local::{Fault, Matcher};
use holdfast_runtime::TraceContext;
use holdfast_testing::{Answer, Log, Shop};
use holdfast_tests::stories::carts::sells;
use holdfast_tests::stories::orders::guest_order;
use holdfast_tests::stories::payments::pays;
use serde_json::{Value, json};

static LOG: LazyLock<Log> = LazyLock::new(|| {
    let log = Log::default();
    let written = log.clone();
    holdfast_runtime::start_telemetry_into(None, move || written.clone());
    log
});

/// A shop whose log is read. Each test has a fate of its own: shops of one seed have the same traces.
fn open(seed: u64) -> Shop {
    LazyLock::force(&LOG);
    Shop::seeded(seed)
}

/// The lines that belong to a trace.
fn lines_of(trace: &str) -> Vec<Value> {
    let text = LOG.text();
    let lines =
        text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap_or_else(|_| panic!("no JSON: {line}")));
    lines.filter(|line| line["trace_id"] == trace).collect()
}

fn trace_of(answer: &Answer) -> String {
    answer.header("traceresponse").unwrap().parse::<TraceContext>().unwrap().trace.to_string()
}

fn messages(lines: &[Value]) -> Vec<&str> {
    lines.iter().map(|line| line["message"].as_str().unwrap()).collect()
}

/// Of which events these lines say that a mail went out.
fn sent(lines: &[Value]) -> Vec<&str> {
    let id_of = |line: &Value| line["event_id"].as_str().unwrap().to_owned();
    let mails = lines.iter().filter(|line| line["message"] == "mail.sent").map(id_of);
    let published = |id: String| {
        lines.iter().find(|line| line["message"] == "event.published" && line["event_id"] == id.as_str()).unwrap()
    };
    mails.map(|id| published(id)["event_type"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn one_trace_leads_from_the_answer_to_the_mail() {
    let shop = open(1);
    let body = json!({"email": "ada@example.test", "password": "correct horse battery", "name": "Ada Lovelace"});
    let answer = shop.guest().post("/v1/auth/register", body).await.expect_status(202);
    shop.settle().await;
    assert_eq!(shop.mails_to("ada@example.test").len(), 1);
    let trace = trace_of(&answer);
    // Who else hears of it is not on the way to the mail.
    let mut lines = lines_of(&trace);
    lines.retain(|line| line["consumer"] != "webhook-deliver");
    assert_eq!(messages(&lines), ["request", "event.published", "mail.sent", "event.handled"], "{lines:#?}");
    let [request, published, sent, handled] = lines.as_slice() else { panic!() };
    assert_eq!((&request["route"], &request["status"]), (&json!("/v1/auth/register"), &json!(202)));
    assert_eq!(request["request_id"], answer.header("x-request-id").unwrap());
    assert_eq!(request["request_id"], handled["correlation_id"]);
    assert!([published, sent, handled].iter().all(|line| line["event_id"] == published["event_id"]), "{lines:#?}");
    // The same, as the status page has it: each call of AWS a step within the work that made it.
    let page = shop.guest().get(&format!("/dev/traces/{trace}")).await.expect_status(200);
    let text = page.text();
    for step in [
        "POST /v1/auth/register",
        "DynamoDB.TransactWriteItems",
        "publish accounts.user-registered.v1",
        "notifications-send accounts.user-registered.v1",
        "SESv2.SendEmail",
    ] {
        assert!(text.contains(step), "{step}: {text}");
    }
}

#[tokio::test]
async fn a_trace_that_a_client_brings_is_gone_on_with() {
    let shop = open(2);
    let brought = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let answer = shop.guest().with_header("traceparent", brought).get("/health").await.expect_status(200);
    assert_eq!(trace_of(&answer), "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_ne!(answer.header("traceresponse"), Some(brought), "the step is ours");
    let forged =
        shop.guest().with_header("traceparent", "00-ada@example.test-1").get("/health").await.expect_status(200);
    assert_ne!(trace_of(&forged), trace_of(&shop.guest().get("/health").await));
}

#[tokio::test]
async fn an_order_that_is_shipped_keeps_its_traces() {
    let shop = open(3);
    let keeper = shop.staff(Role::Admin).await;
    sells(&shop, &[("MUG", 1900, 5)]).await;
    shop.settle().await;
    let (guest, placed) = guest_order(&shop, "MUG", 1).await;
    shop.settle().await;
    let lines = lines_of(&trace_of(&placed));
    let kinds: BTreeSet<&str> = lines
        .iter()
        .filter(|line| line["message"] == "event.published")
        .filter_map(|line| line["event_type"].as_str())
        .collect();
    assert!(kinds.contains("orders.order-placed.v1") && kinds.contains("inventory.stock-held.v1"), "{lines:#?}");
    assert_eq!(sent(&lines), ["orders.order-placed.v1"]);
    // The gateway's webhook begins a trace of its own, which leads to the mail about it.
    pays(&shop, &guest, &placed, "pm_card_visa").await;
    let webhook = LOG
        .text()
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .find(|line| line["message"] == "event.published" && line["event_type"] == "orders.order-paid.v1");
    let lines = lines_of(webhook.unwrap()["trace_id"].as_str().unwrap());
    assert!(lines.iter().any(|line| line["route"] == "/v1/webhooks/payments"), "{lines:#?}");
    assert_eq!(sent(&lines), ["orders.order-paid.v1"]);
    let path = format!("/v1/admin/orders/{}/status", placed.at("/id"));
    for (nth, status) in ["PROCESSING", "SHIPPED"].into_iter().enumerate() {
        let asks = keeper.clone().with_header("idempotency-key", &format!("step-{nth}"));
        let set = asks.post(&path, json!({"status": status, "reason": "packed"})).await.expect_status(200);
        shop.settle().await;
        let lines = lines_of(&trace_of(&set));
        assert!(messages(&lines).contains(&"event.published"), "{lines:#?}");
        assert_eq!(sent(&lines), if status == "SHIPPED" { vec!["orders.order-shipped.v1"] } else { vec![] });
    }
}

#[tokio::test]
async fn metrics_are_in_the_line_of_the_work_that_they_measure() {
    let shop = open(4);
    let ada = shop.customer("metrics@example.test").await;
    let write = Matcher {
        function: Some("MeUpdateFunction".to_owned()),
        operation: Some("TransactWriteItems".to_owned()),
        after: 0,
    };
    shop.world().faults().once(write, Fault::Conflict);
    let answer = ada.patch("/v1/me", json!({"locale": "de"})).await.expect_status(200);
    assert_eq!(shop.world().faults().waiting(), 0);
    let lines = lines_of(&trace_of(&answer));
    let request = lines.iter().find(|line| line["message"] == "request").unwrap();
    for name in ["requests", "errors", "latency_ms"] {
        assert!(request[name].is_number(), "{name}: {request}");
    }
    let directive = &request["_aws"]["CloudWatchMetrics"][0];
    assert_eq!((&directive["Namespace"], &directive["Dimensions"]), (&json!("Holdfast"), &json!([["stage"]])));
    assert_eq!((&request["stage"], &request["requests"]), (&json!("local"), &json!(1)));
    assert_eq!((&request["conflicts"], &request["retries"]), (&json!(1), &json!(1)));
    let named: Vec<_> = directive["Metrics"].as_array().unwrap().iter().map(|metric| metric["Name"].clone()).collect();
    assert!(named.iter().all(|name| request[name.as_str().unwrap()].is_number()), "{request}");
}

#[tokio::test]
async fn what_is_refused_for_want_of_stock_and_what_expires_is_counted() {
    let shop = open(5);
    sells(&shop, &[("LAST", 1900, 1)]).await;
    shop.settle().await;
    let (_, placed) = guest_order(&shop, "LAST", 1).await;
    shop.settle().await;
    let keeper = shop.staff(Role::Admin).await.with_header("idempotency-key", "short");
    let wanted = json!({"quantity": 1, "ttl_seconds": 600, "reference": "by telephone"});
    let short = keeper.post("/v1/admin/inventory/LAST/reserve", wanted).await.expect_status(409);
    let lines = lines_of(&trace_of(&short));
    assert!(lines.iter().any(|line| line["oversell_prevented"] == 1), "{lines:#?}");
    shop.advance(Duration::from_secs(15 * 60));
    shop.settle().await;
    // It ends in the trace of the order that it was held for.
    let lines = lines_of(&trace_of(&placed));
    assert!(lines.iter().any(|line| line["holds_expired"] == 1 && line["_aws"].is_object()), "{lines:#?}");
}

#[tokio::test]
async fn the_status_page_shows_the_shop_and_moves_its_clock() {
    let shop = open(6);
    let guest = shop.guest();
    let empty = guest.get("/dev").await.expect_status(200);
    assert!(empty.text().contains("Nobody has asked for anything yet."), "{}", empty.text());
    shop.customer("page@example.test").await;
    guest.get("/v1/nowhere").await.expect_status(404);
    let page = guest.get("/dev").await.expect_status(200);
    for shown in [
        "POST /v1/auth/register",
        "accounts.user-registered.v1",
        "auth-register",
        "Confirm your e-mail address",
        "are empty",
    ] {
        assert!(page.text().contains(shown), "{shown}: {}", page.text());
    }
    assert!(!page.text().contains("page@example.test"));
    assert!(!page.text().contains("<script") && !page.text().contains("http-equiv"), "nothing runs on it");
    assert!(guest.get("/dev?live").await.text().contains("http-equiv=\"refresh\""));

    let before = shop.now();
    let presses = async |origin: &str| {
        let request = http::Request::post("/dev/clock").header("origin", origin);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        guest.send(request.body(Bytes::from_static(b"advance_seconds=900")).unwrap()).await
    };
    let pressed = presses("http://127.0.0.1:8080").await.expect_status(303);
    assert_eq!(pressed.header("location"), Some("/dev"));
    assert_eq!(shop.now().duration_since(before).as_secs(), 900);
    presses("https://evil.example").await.expect_status(403);
    assert_eq!(shop.now().duration_since(before).as_secs(), 900);

    let status = guest.get("/dev/status.json").await.expect_status(200).json();
    let register = status["functions"].as_array().unwrap().iter().find(|f| f["function"] == "auth-register").unwrap();
    assert_eq!((&register["calls"], &register["errors"]), (&json!(1), &json!(0)));
    assert!(register["write_units"].as_f64().unwrap() > 0.0 && register["starts"] == 1, "{register}");
    guest.get("/dev/traces/nothing").await.expect_status(404);
    guest.get("/dev/queues/Nowhere").await.expect_status(404);
    let queue = guest.get("/dev/queues/NotificationsQueue").await.expect_status(200);
    assert!(queue.text().contains("NotificationsDeadLetters"), "{}", queue.text());
}

#[tokio::test]
async fn dead_letters_lie_on_the_status_page_with_what_they_say() {
    let shop = open(7);
    shop.world().engines().mail.set_outage(true);
    let body = json!({"email": "dead@example.test", "password": "correct horse battery", "name": "Ada Lovelace"});
    shop.guest().post("/v1/auth/register", body).await.expect_status(202);
    for _ in 0..40 {
        shop.settle().await;
        shop.advance(Duration::from_secs(180));
    }
    shop.settle().await;
    let page = shop.guest().get("/dev").await.expect_status(200);
    assert!(
        page.text().contains("<tr class=\"ill\"><td><a href=\"/dev/queues/NotificationsDeadLetters\">"),
        "{}",
        page.text()
    );
    let queue = shop.guest().get("/dev/queues/NotificationsDeadLetters").await.expect_status(200);
    assert!(queue.text().contains("accounts.user-registered.v1") && !queue.text().contains("dead@example.test"));
}

#[tokio::test]
async fn health_says_that_the_database_is_down_and_stays_up_itself() {
    let shop = open(6);
    let database =
        async |shop: &Shop| shop.guest().get("/health").await.expect_status(200).at("/dependencies/database");
    // As often as the SDK tries.
    for _ in 0..3 {
        let call = Matcher { function: Some("HealthFunction".into()), ..Matcher::default() };
        shop.world().faults().once(call, Fault::Outage);
    }
    assert_eq!(database(&shop).await, "down");
    assert_eq!(shop.world().faults().waiting(), 0);
    assert_eq!(database(&shop).await, "down", "it is not asked again at once");
    shop.advance(Duration::from_secs(10));
    assert_eq!(database(&shop).await, "up");
}

#[tokio::test]
async fn the_link_in_a_mail_leads_to_the_order_and_on_to_its_payment() {
    let shop = open(8);
    sells(&shop, &[("MUG", 1900, 5)]).await;
    let (guest, placed) = guest_order(&shop, "MUG", 1).await;
    shop.settle().await;
    let mail = shop.mails_to("guest@example.test").pop().unwrap();
    let link = mail.text.split_whitespace().find(|word| word.contains("/dev/orders/")).unwrap();
    let link = link.trim_start_matches("http://127.0.0.1:8080");
    let page = shop.guest().get(link).await.expect_status(200);
    assert!(page.text().contains(&placed.at("/number")) && page.text().contains("PENDING"), "{}", page.text());
    let key = link.split_once("?key=").unwrap().1;
    let bare = link.split_once('?').unwrap().0;
    let sends = async |fields: String| {
        let request = http::Request::post(bare).header("content-type", "application/x-www-form-urlencoded");
        shop.world().visit(request.body(Bytes::from(fields)).unwrap(), [127, 0, 0, 1].into()).await
    };
    let there = sends(format!("key={key}&pay=yes")).await;
    let gateway = there.headers()["location"].to_str().unwrap().to_owned();
    let pays = http::Request::post(&gateway).header("content-type", "application/x-www-form-urlencoded");
    let paid = pays.body(Bytes::from("payment_method=pm_card_visa")).unwrap();
    shop.world().visit(paid, [127, 0, 0, 1].into()).await;
    shop.settle().await;
    assert_eq!(guest.get(&format!("/v1/orders/{}", placed.at("/id"))).await.at("/status"), "PAID");
    let forged = sends("key=forged".to_owned()).await;
    assert!(!String::from_utf8_lossy(forged.body()).contains(&placed.at("/number")));
    // A customer logs in first.
    let ada = shop.customer("ada@example.test").await;
    let theirs = sends(format!("email={}&password={}", ada.email(), ada.password().replace(' ', "+"))).await;
    assert!(!String::from_utf8_lossy(theirs.body()).contains(&placed.at("/number")), "it is not hers");
}
