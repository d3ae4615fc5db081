use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use serde_json::Value;

use crate::engines::Engines;
use crate::engines::testing::{RULE, queue_arn, world};

fn entry(kind: &str, detail: &str) -> PutEventsRequestEntry {
    let entry = PutEventsRequestEntry::builder().event_bus_name("bus").source("holdfast.orders");
    entry.detail_type(kind).detail(detail).build()
}

fn bodies(engines: &Engines, queue: &str) -> Vec<Value> {
    engines.sqs.peek(&queue_arn(queue)).unwrap().iter().map(|body| serde_json::from_str(body).unwrap()).collect()
}

#[tokio::test]
async fn an_event_goes_where_rule_and_policy_let_it() {
    let (engines, config) = world();
    let client = aws_sdk_eventbridge::Client::new(&config);
    let paid = r#"{"amount": 5}"#;
    let answer = client.put_events().entries(entry("orders.order-paid.v1", paid)).send().await.unwrap();
    assert_eq!(answer.failed_entry_count, 0);
    let [event] = &bodies(&engines, "work")[..] else { panic!("not delivered") };
    assert_eq!(event["id"].as_str(), answer.entries()[0].event_id());
    assert_eq!(event["version"], "0");
    assert_eq!(event["detail-type"], "orders.order-paid.v1");
    assert_eq!(event["source"], "holdfast.orders");
    assert_eq!(event["account"], "000000000000");
    assert_eq!(event["time"], "2026-01-01T00:00:00Z");
    assert_eq!(event["region"], "us-east-1");
    assert_eq!(event["resources"], serde_json::json!([]));
    assert_eq!(event["detail"]["amount"], 5);
    // The closed queue refuses: once to the target's dead letters, once to nowhere.
    assert!(bodies(&engines, "closed").is_empty());
    assert_eq!(bodies(&engines, "dead").len(), 1);
    let [lost] = &engines.events.undelivered().unwrap()[..] else { panic!("not noted") };
    assert_eq!(lost.resource, RULE);
    assert!(lost.reason.contains(&queue_arn("closed")), "{lost:?}");
}

#[tokio::test]
async fn what_matches_no_rule_is_archived_all_the_same() {
    let (engines, config) = world();
    let client = aws_sdk_eventbridge::Client::new(&config);
    let events = [entry("orders.order-paid.v1", r#"{"amount": 0}"#), entry("carts.x.v1", r#"{"amount": 5}"#)];
    client.put_events().set_entries(Some(events.into())).send().await.unwrap();
    assert!(bodies(&engines, "work").is_empty());
    let archived = engines.events.archived().unwrap();
    let kinds: Vec<_> = archived.iter().map(|kept| kept.event["detail-type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["orders.order-paid.v1", "carts.x.v1"]);
    assert_ne!(archived[0].event["id"], archived[1].event["id"]);
}

#[tokio::test]
async fn what_was_archived_is_told_again_to_whom_it_is_for() {
    let (engines, config) = world();
    let client = aws_sdk_eventbridge::Client::new(&config);
    let events = [entry("orders.order-paid.v1", r#"{"amount": 5}"#), entry("carts.x.v1", r#"{"amount": 5}"#)];
    client.put_events().set_entries(Some(events.into())).send().await.unwrap();
    let first = bodies(&engines, "work");
    let bus = client.describe_event_bus().name("bus").send().await.unwrap().arn.unwrap();
    let archive = engines.events.archived().unwrap()[0].archive.clone();
    let described = client.describe_archive().archive_name(&archive).send().await.unwrap();
    assert_eq!(described.event_count, 2);
    let replay = async |rule: &str, from: i64, to: i64| {
        let destination = aws_sdk_eventbridge::types::ReplayDestination::builder().arn(&bus).filter_arns(rule).build();
        let time = |s: i64| aws_sdk_eventbridge::primitives::DateTime::from_secs(engines.clock.millis() / 1000 + s);
        let call = client.start_replay().replay_name("again").destination(destination.unwrap());
        let call = call.event_source_arn(described.archive_arn.clone().unwrap());
        call.event_start_time(time(from)).event_end_time(time(to)).send().await
    };
    replay(RULE, -60, 0).await.unwrap();
    assert_eq!(bodies(&engines, "work").len(), 1, "the end is not within");
    replay("arn:aws:events:us-east-1:000000000000:rule/bus/other", -60, 60).await.unwrap();
    assert_eq!(bodies(&engines, "work").len(), 1, "another rule's");
    replay(RULE, -60, 60).await.unwrap();
    let again = bodies(&engines, "work");
    assert_eq!((again.len(), &again[1]["detail"], &again[1]["id"]), (2, &first[0]["detail"], &first[0]["id"]));
    assert_eq!(again[1]["replay-name"], "again");
    assert_eq!(engines.events.archived().unwrap().len(), 2, "what is told again is not kept again");
    assert!(replay(RULE, 60, -60).await.is_err());
}

#[tokio::test]
async fn an_entry_that_is_wrong_fails_alone() {
    let (engines, config) = world();
    let client = aws_sdk_eventbridge::Client::new(&config);
    let good = r#"{"amount": 1}"#;
    let elsewhere = PutEventsRequestEntry::builder().event_bus_name("none").source("s").detail_type("t").detail(good);
    let events = [
        entry("orders.a.v1", "{not JSON"),
        entry("orders.a.v1", "[1]"),
        entry("", good),
        elsewhere.build(),
        PutEventsRequestEntry::builder().event_bus_name("bus").source("aws.s3").detail_type("t").detail(good).build(),
        entry("orders.a.v1", good),
    ];
    let answer = client.put_events().set_entries(Some(events.into())).send().await.unwrap();
    assert_eq!(answer.failed_entry_count, 5);
    let codes: Vec<_> = answer.entries().iter().map(|entry| entry.error_code().unwrap_or("")).collect();
    let refused = ["MalformedDetail", "MalformedDetail", "InvalidArgument", "ResourceNotFoundException"];
    assert_eq!(codes, [&refused[..], &["NotAuthorizedForSourceException", ""]].concat());
    assert_eq!(bodies(&engines, "work").len(), 1);
}

#[tokio::test]
async fn a_call_has_its_limits() {
    let (_, config) = world();
    let client = aws_sdk_eventbridge::Client::new(&config);
    let eleven = (0..11).map(|_| entry("orders.a.v1", "{}")).collect();
    assert!(client.put_events().set_entries(Some(eleven)).send().await.is_err());
    let filled = |bytes: usize| {
        let rest = bytes - "holdfast.orders".len() - "orders.a.v1".len() - r#"{"a":""}"#.len();
        entry("orders.a.v1", &format!(r#"{{"a":"{}"}}"#, "x".repeat(rest)))
    };
    assert!(client.put_events().entries(filled(super::LARGEST)).send().await.is_ok());
    assert!(client.put_events().entries(filled(super::LARGEST + 1)).send().await.is_err());
}

#[test]
fn a_target_may_ask_for_a_part() {
    let event = serde_json::json!({"detail": {"a": {"b": 1}}});
    assert_eq!(super::input(&event, None), &event);
    assert_eq!(super::input(&event, Some("$.detail.a")), &serde_json::json!({"b": 1}));
    assert_eq!(super::input(&event, Some("$.none.a")), &Value::Null);
}
