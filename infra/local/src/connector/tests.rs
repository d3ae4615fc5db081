use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::DisplayErrorContext;
use aws_sdk_dynamodb::types::AttributeValue;

use super::*;
use crate::clock::SeededEntropy;
use crate::engines::Place;
use crate::engines::testing::{queue_url, stack};
use crate::faults::{Kind, Matcher};
use crate::invocation::Crashed;
use crate::recorder::Tally;
use crate::template::model::{FunctionSpec, Statement};

const TABLE: &str = "arn:aws:dynamodb:us-east-1:000000000000:table/things";

struct World {
    engines: Arc<Engines>,
    faults: Arc<Faults>,
    recorder: Arc<Recorder>,
    config: SdkConfig,
}

fn world(faults: Faults) -> World {
    let grant = |action: &str, resource: &str| Statement {
        allow: true,
        actions: vec![action.to_owned()],
        resources: vec![resource.to_owned()],
        ..Statement::default()
    };
    let mut stack = stack();
    stack.functions.push(FunctionSpec {
        logical_id: "PlaceFunction".to_owned(),
        arn: "arn:f".to_owned(),
        bin: "place".to_owned(),
        environment: BTreeMap::new(),
        timeout: std::time::Duration::from_secs(5),
        memory_mb: 256,
        policies: vec![grant("dynamodb:GetItem", TABLE), grant("dynamodb:PutItem", TABLE)],
        events: Vec::new(),
    });
    let clock = WorldClock::manual("2026-01-01T00:00:00Z".parse().unwrap());
    let engines =
        Engines::open(&Arc::new(stack.clone()), &Place::Memory, clock.clone(), Arc::new(SeededEntropy::new(1)), None)
            .unwrap();
    let (faults, recorder) = (Arc::new(faults), Arc::new(Recorder::default()));
    let (f, r) = (Arc::clone(&faults), Arc::clone(&recorder));
    let connector = Connector::new(Arc::clone(&engines), &stack, "PlaceFunction", f, r);
    World { engines, faults, recorder, config: sdk_config(connector, &clock) }
}

fn once(world: &World, fault: Fault) {
    let operation = Some("PutItem".to_owned());
    world.faults.once(Matcher { operation, ..Matcher::default() }, fault);
}

async fn put(client: &Client) -> Result<(), String> {
    let key = |text: &str| AttributeValue::S(text.to_owned());
    let put = client.put_item().table_name("things").item("pk", key("a")).item("sk", key("A"));
    put.send().await.map(drop).map_err(|error| DisplayErrorContext(error).to_string())
}

fn calls(world: &World, operation: &str) -> Tally {
    let key = ("PlaceFunction".to_owned(), "dynamodb", operation.to_owned());
    world.recorder.tallies().get(&key).copied().unwrap_or_default()
}

#[tokio::test]
async fn what_is_granted_is_recorded_and_what_is_not_is_refused_by_name() {
    let world = world(Faults::none());
    let client = Client::new(&world.config);
    put(&client).await.unwrap();
    let refused = client.delete_item().table_name("things").key("pk", AttributeValue::S("a".to_owned()));
    let refused = refused.send().await.unwrap_err();
    let text = DisplayErrorContext(&refused).to_string();
    for part in ["AccessDenied", "PlaceFunction", "dynamodb:DeleteItem", TABLE] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    let sqs = aws_sdk_sqs::Client::new(&world.config);
    let refused = sqs.send_message().queue_url(queue_url("work")).message_body("x").send().await.unwrap_err();
    let text = DisplayErrorContext(&refused).to_string();
    assert!(text.contains("sqs:SendMessage") && text.contains("AccessDenied"), "{text}");
    let actions = |uses: std::collections::BTreeSet<crate::recorder::Use>| {
        uses.into_iter().map(|right| (right.action, right.resource)).collect::<Vec<_>>()
    };
    assert_eq!(actions(world.recorder.used()), [("dynamodb:PutItem".to_owned(), TABLE.to_owned())]);
    assert_eq!(world.recorder.refused().len(), 2);
    assert_eq!((calls(&world, "PutItem").calls, calls(&world, "DeleteItem").failed), (1, 1));
}

#[tokio::test]
async fn a_lost_answer_took_effect_and_is_asked_for_again() {
    let world = world(Faults::none());
    once(&world, Fault::LostAnswer);
    put(&Client::new(&world.config)).await.unwrap();
    assert_eq!((calls(&world, "PutItem").calls, calls(&world, "PutItem").failed), (2, 1));
    assert_eq!(world.engines.dynamo.writes("things"), 2);
}

#[tokio::test]
async fn a_throttled_call_takes_no_effect_and_is_made_again() {
    let world = world(Faults::none());
    once(&world, Fault::Throttle);
    put(&Client::new(&world.config)).await.unwrap();
    assert_eq!(calls(&world, "PutItem").calls, 2);
    assert_eq!(world.engines.dynamo.writes("things"), 1);
}

#[tokio::test]
async fn a_conflict_reaches_the_caller_as_dynamodb_words_it() {
    let world = world(Faults::none());
    for _ in 0..3 {
        once(&world, Fault::Conflict);
    }
    let error = put(&Client::new(&world.config)).await.unwrap_err();
    assert!(error.contains("TransactionConflictException"), "{error}");
    assert_eq!(world.engines.dynamo.writes("things"), 0);
}

#[tokio::test]
async fn a_crash_drops_the_handler_before_or_after_the_effect() {
    for (fault, writes) in [(Fault::CrashBefore, 0), (Fault::CrashAfter, 1)] {
        let world = world(Faults::none());
        once(&world, fault);
        let client = Client::new(&world.config);
        let died = Arc::new(Invocation::default()).run(async { put(&client).await }).await;
        assert_eq!(died, Err(Crashed));
        assert_eq!(world.engines.dynamo.writes("things"), writes);
    }
}

#[tokio::test]
async fn an_invocation_knows_what_it_called() {
    let world = world(Faults::seeded(&[Kind::Duplicates], 1));
    let client = Client::new(&world.config);
    let invocation = Arc::new(Invocation::default());
    Arc::clone(&invocation).run(async { put(&client).await }).await.unwrap().unwrap();
    let calls = invocation.calls();
    assert_eq!((calls.len(), calls[0].operation.as_str(), calls[0].status), (1, "PutItem", Some(200)));
}

#[tokio::test]
async fn a_transactions_conflict_gives_one_reason_an_item() {
    let request = http::Request::builder()
        .uri("https://dynamodb.us-east-1.amazonaws.com/")
        .header("authorization", "AWS4-HMAC-SHA256 Credential=K/20260101/us-east-1/dynamodb/aws4_request, x")
        .header("x-amz-target", "DynamoDB_20120810.TransactWriteItems")
        .body(axum::body::Bytes::from_static(br#"{"TransactItems": [{}, {}]}"#));
    let call = ServiceCall::read(request.unwrap()).unwrap();
    let outcome = protocol::struck(&call, &Fault::Conflict);
    let body: serde_json::Value = serde_json::from_slice(&outcome.body).unwrap();
    assert_eq!(body["CancellationReasons"][0]["Code"], "TransactionConflict");
    assert_eq!(body["CancellationReasons"][1]["Code"], "None");
}

#[tokio::test]
async fn sns_answers_in_xml() {
    let world = world(Faults::none());
    let publish = |body: &'static str| {
        let request = http::Request::builder()
            .method("POST")
            .uri("https://sns.us-east-1.amazonaws.com/")
            .header("authorization", "AWS4-HMAC-SHA256 Credential=K/20260101/us-east-1/sns/aws4_request, x")
            .body(axum::body::Bytes::from_static(body.as_bytes()));
        ServiceCall::read(request.unwrap()).unwrap()
    };
    let call = publish("Action=Publish&Version=2010-03-31&PhoneNumber=%2B4915112345678&Message=your+code");
    let outcome = protocol::carry_out(&world.engines, &call).await;
    let xml = String::from_utf8(outcome.body.to_vec()).unwrap();
    let mail = world.engines.mail.mailbox().unwrap().remove(0);
    assert!(outcome.status == 200 && xml.contains(&format!("<MessageId>{}</MessageId>", mail.id)), "{xml}");
    assert_eq!((mail.to[0].as_str(), mail.text.as_str()), ("+4915112345678", "your code"));
    let refused = protocol::carry_out(&world.engines, &publish("Action=Publish&Message=x")).await;
    assert_eq!(refused.status, 400);
    assert!(String::from_utf8_lossy(&refused.body).contains("<Code>InvalidParameter</Code>"));
}
