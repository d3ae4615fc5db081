//! Events and mails when something is broken, and the documents.

use std::time::Duration;

use holdfast_local::{Fault, Matcher};
use holdfast_testing::Shop;
use serde_json::json;

use super::registration::registers;

pub async fn a_provider_that_refuses_is_asked_again(shop: Shop) {
    // The SDK asks three times before it gives up: all three are refused.
    for _ in 0..3 {
        let send = Matcher { operation: Some("SendEmail".to_owned()), ..Matcher::default() };
        shop.world().faults().once(send, Fault::Outage);
    }
    registers(&shop, "ada@example.test", "correct horse battery").await;
    assert!(shop.mails_to("ada@example.test").is_empty());
    assert_eq!(shop.world().faults().waiting(), 0);
    // The message comes back when its visibility ends.
    shop.advance(Duration::from_secs(180));
    shop.settle().await;
    assert_eq!(shop.mails_to("ada@example.test").len(), 1);
    shop.advance(Duration::from_secs(3600));
    shop.settle().await;
    assert_eq!(shop.mails_to("ada@example.test").len(), 1);
}

pub async fn what_the_relay_cannot_publish_is_buried_whole(shop: Shop) {
    let world = shop.world();
    let text = |text: &str| aws_sdk_dynamodb::types::AttributeValue::S(text.to_owned());
    let tables = [
        ("me-update", "ACCOUNTS_TABLE"),
        ("products-create", "CATALOG_TABLE"),
        ("stock-adjust", "INVENTORY_TABLE"),
        ("settings-update", "ORDERS_TABLE"),
        ("preferences-set", "NOTIFICATIONS_TABLE"),
        ("payments-webhook", "PAYMENTS_TABLE"),
        ("webhook-endpoints-create", "WEBHOOKS_TABLE"),
    ];
    for (function, table) in tables {
        let operator = world.operator(function).expect("the function is there");
        let table = operator.env.text(table).expect("it has its table");
        let event = aws_sdk_dynamodb::types::AttributeValue::M([("id".to_owned(), text("not an event's id"))].into());
        let item = operator.aws.dynamodb().put_item().table_name(table).item("pk", text("X")).item("sk", text("X"));
        item.item("event", event).send().await.expect("the table takes it");
    }
    shop.settle().await;
    let buried =
        world.stack().queues.iter().find(|queue| queue.logical_id == "RelayDeadLetters").expect("there is one");
    let messages = world.engines().sqs.receive(&buried.arn, 10).expect("it can be read");
    assert_eq!(messages.len(), tables.len());
    assert!(messages.iter().all(|message| message.body.contains("not an event's id")), "{messages:?}");
    // What comes after it is published all the same.
    registers(&shop, "ada@example.test", "correct horse battery").await;
    assert_eq!(shop.mails_to("ada@example.test").len(), 1);
}

pub async fn the_documents_are_served(shop: Shop) {
    let guest = shop.guest();
    let health = guest.get("/health").await.expect_status(200);
    assert_eq!([health.at("/status"), health.at("/dependencies/database")], ["up", "up"]);
    let openapi = guest.get("/openapi.json").await.expect_status(200);
    assert_eq!(openapi.at("/openapi"), "3.1.0");
    let cached = guest.clone().with_header("if-none-match", openapi.header("etag").expect("it has one"));
    cached.get("/openapi.json").await.expect_status(304);
    let docs = guest.get("/docs").await.expect_status(200);
    assert!(docs.text().contains("<title>"), "a page");
    let keys = guest.get("/.well-known/jwks.json").await.expect_status(200);
    assert_eq!([keys.at("/keys/0/kty"), keys.at("/keys/0/alg")], ["OKP", "EdDSA"]);
    assert!(keys.json()["keys"][0].get("d").is_none(), "the public half alone");
    guest.get("/v1/nowhere").await.expect_problem(404, "no_such_route");
    let answer = guest.post("/v1/me/sessions", json!({})).await.expect_problem(405, "method_not_allowed");
    assert_eq!(answer.header("allow"), Some("GET"));
}
