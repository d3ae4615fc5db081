//! A small stack and its engines, for the engines' own tests.

use std::sync::Arc;
use std::time::Duration;

use aws_types::SdkConfig;
use serde_json::json;

use super::{Engines, Place};
use crate::clock::{SeededEntropy, WorldClock};
use crate::connector::{Connector, sdk_config};
use crate::template::model::{
    ArchiveSpec, BucketSpec, BusSpec, CorsSpec, QueueSpec, ResourcePolicy, RuleSpec, RuleTarget, Stack, Statement,
    TableSpec,
};

pub(crate) fn queue_arn(name: &str) -> String {
    format!("arn:aws:sqs:us-east-1:000000000000:{name}")
}

pub(crate) fn queue_url(name: &str) -> String {
    format!("https://sqs.us-east-1.amazonaws.com/000000000000/{name}")
}

pub(crate) const RULE: &str = "arn:aws:events:us-east-1:000000000000:rule/bus/paid";
pub(crate) const BUCKET: &str = "arn:aws:s3:::images";

fn queue(name: &str, redrive: Option<(String, u32)>) -> QueueSpec {
    QueueSpec {
        logical_id: name.to_owned(),
        name: name.to_owned(),
        arn: queue_arn(name),
        url: queue_url(name),
        visibility: Duration::from_secs(30),
        delay: Duration::ZERO,
        retention: Duration::from_secs(345_600),
        redrive,
    }
}

fn grant(queue: &str, service: &str, source: &str) -> ResourcePolicy {
    let source = [("aws:SourceArn".to_owned(), vec![source.to_owned()])].into();
    ResourcePolicy {
        resources: vec![queue_arn(queue)],
        statements: vec![Statement {
            allow: true,
            principals: vec![service.to_owned()],
            actions: vec!["sqs:SendMessage".to_owned()],
            resources: vec![queue_arn(queue)],
            conditions: [("ArnEquals".to_owned(), source)].into(),
            line: 1,
        }],
    }
}

/// Table `things` (keys pk and sk, index by `kind`, ttl, stream), queues `work` → `dead` after two receives
/// and `closed` to which nobody may send, a bus with one rule, a bucket.
pub(crate) fn stack() -> Stack {
    let key = |name: &str, kind: &str| json!({"AttributeName": name, "KeyType": kind});
    let text = |name: &str| json!({"AttributeName": name, "AttributeType": "S"});
    let create = json!({
        "TableName": "things",
        "KeySchema": [key("pk", "HASH"), key("sk", "RANGE")],
        "AttributeDefinitions": [text("pk"), text("sk"), text("kind")],
        "GlobalSecondaryIndexes": [{
            "IndexName": "by_kind",
            "KeySchema": [key("kind", "HASH"), key("sk", "RANGE")],
            "Projection": {"ProjectionType": "ALL"},
        }],
        "BillingMode": "PAY_PER_REQUEST",
        "StreamSpecification": {"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    });
    let target = |name: &str, dead_letters: Option<String>| RuleTarget {
        queue: queue_arn(name),
        dead_letters,
        transformer: None,
        input_path: None,
    };
    Stack {
        parameters: [("MailSender".to_owned(), "Shop <shop@holdfast.test>".to_owned())].into(),
        tables: vec![TableSpec {
            logical_id: "Things".to_owned(),
            name: "things".to_owned(),
            create,
            ttl_attribute: Some("ttl".to_owned()),
            streamed: true,
        }],
        queues: vec![queue("work", Some((queue_arn("dead"), 2))), queue("dead", None), queue("closed", None)],
        buses: vec![BusSpec {
            name: "bus".to_owned(),
            arn: "arn:aws:events:us-east-1:000000000000:event-bus/bus".to_owned(),
        }],
        rules: vec![RuleSpec {
            logical_id: "Paid".to_owned(),
            arn: RULE.to_owned(),
            bus: "bus".to_owned(),
            pattern: json!({"detail-type": [{"prefix": "orders."}], "detail": {"amount": [{"numeric": [">", 0]}]}}),
            targets: vec![target("work", None), target("closed", Some(queue_arn("dead"))), target("closed", None)],
            enabled: true,
        }],
        archives: vec![ArchiveSpec {
            name: "all".to_owned(),
            bus: "arn:aws:events:us-east-1:000000000000:event-bus/bus".to_owned(),
            pattern: None,
        }],
        buckets: vec![BucketSpec {
            cors: CorsSpec::default(),
            logical_id: "Images".to_owned(),
            name: "images".to_owned(),
            arn: BUCKET.to_owned(),
            notifies: vec![(queue_arn("work"), "in/".to_owned())],
        }],
        resource_policies: vec![
            grant("work", "events.amazonaws.com", RULE),
            grant("dead", "events.amazonaws.com", RULE),
            grant("work", "s3.amazonaws.com", BUCKET),
        ],
        ..Stack::default()
    }
}

/// A world in memory on New Year's Day 2026, and a configuration with every right.
pub(crate) fn world() -> (Arc<Engines>, SdkConfig) {
    world_at(&Place::Memory)
}

/// The same, somewhere.
pub(crate) fn world_at(place: &Place) -> (Arc<Engines>, SdkConfig) {
    let clock = WorldClock::manual("2026-01-01T00:00:00Z".parse().unwrap());
    let engines =
        Engines::open(&Arc::new(stack()), place, clock.clone(), Arc::new(SeededEntropy::new(1)), None).unwrap();
    let config = sdk_config(Connector::unrestricted(Arc::clone(&engines)), &clock);
    (engines, config)
}
