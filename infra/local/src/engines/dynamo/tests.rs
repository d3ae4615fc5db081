use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeValue, Put, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};

use crate::clock::SeededEntropy;
use crate::engines::testing::{stack, world, world_at};
use crate::engines::{Engines, Place, Position, TempFolder};

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn n(number: i64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

fn thing(pk: &str) -> HashMap<String, AttributeValue> {
    [("pk", s(pk)), ("sk", s("A")), ("kind", s("box")), ("count", n(1))].map(|(k, v)| (k.to_owned(), v)).into()
}

async fn put(client: &Client, item: HashMap<String, AttributeValue>) {
    client.put_item().table_name("things").set_item(Some(item)).send().await.unwrap();
}

fn read(engines: &Engines, after: Position) -> (Vec<String>, Position) {
    let batch = engines.dynamo.stream("things", after, 100).unwrap();
    let name = |record: &serde_json::Value| {
        let key = record["dynamodb"]["Keys"]["pk"]["S"].as_str().unwrap();
        format!("{} {key}", record["eventName"].as_str().unwrap())
    };
    (batch.records.iter().map(name).collect(), batch.end)
}

#[tokio::test]
async fn items_are_written_read_queried_and_their_cost_is_told() {
    let (_, config) = world();
    let client = Client::new(&config);
    let capacity = ReturnConsumedCapacity::Total;
    let written = client
        .put_item()
        .table_name("things")
        .set_item(Some(thing("a")))
        .return_consumed_capacity(capacity.clone())
        .send()
        .await
        .unwrap();
    assert_eq!(written.consumed_capacity.unwrap().capacity_units, Some(2.0), "the item and its index entry");
    let get = client.get_item().table_name("things").key("pk", s("a")).key("sk", s("A")).consistent_read(true);
    let got = get.return_consumed_capacity(capacity).send().await.unwrap();
    assert_eq!(got.item.unwrap(), thing("a"));
    assert_eq!(got.consumed_capacity.unwrap().capacity_units, Some(1.0));
    let query = client
        .query()
        .table_name("things")
        .index_name("by_kind")
        .key_condition_expression("kind = :k")
        .expression_attribute_values(":k", s("box"));
    assert_eq!(query.send().await.unwrap().count, 1);
}

#[tokio::test]
async fn a_failed_condition_shows_the_item_that_stood_in_the_way() {
    let (_, config) = world();
    let client = Client::new(&config);
    put(&client, thing("a")).await;
    let error = client
        .put_item()
        .table_name("things")
        .set_item(Some(thing("a")))
        .condition_expression("attribute_not_exists(pk)")
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    let aws_sdk_dynamodb::operation::put_item::PutItemError::ConditionalCheckFailedException(failed) = error else {
        panic!("{error:?}")
    };
    assert_eq!(failed.item.unwrap(), thing("a"));
}

fn take(pk: &str) -> TransactWriteItem {
    let update = Update::builder()
        .table_name("things")
        .key("pk", s(pk))
        .key("sk", s("A"))
        .update_expression("SET #c = #c - :one")
        .condition_expression("#c >= :one")
        .expression_attribute_names("#c", "count")
        .expression_attribute_values(":one", n(1))
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    TransactWriteItem::builder().update(update.build().unwrap()).build()
}

#[expect(clippy::disallowed_methods, reason = "the engine's own test: nothing stands between")]
fn transaction(
    client: &Client,
    items: Vec<TransactWriteItem>,
) -> aws_sdk_dynamodb::operation::transact_write_items::builders::TransactWriteItemsFluentBuilder {
    client.transact_write_items().set_transact_items(Some(items))
}

#[tokio::test]
async fn a_cancelled_transaction_changes_nothing_and_gives_its_reasons_with_the_item() {
    let (engines, config) = world();
    let client = Client::new(&config);
    put(&client, thing("a")).await;
    transaction(&client, vec![take("a")]).send().await.unwrap();
    let put_b = Put::builder().table_name("things").set_item(Some(thing("b"))).build().unwrap();
    let writes = engines.dynamo.writes("things");
    let items = vec![TransactWriteItem::builder().put(put_b).build(), take("a")];
    let error = transaction(&client, items).send().await.unwrap_err().into_service_error();
    let aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::TransactionCanceledException(
        cancelled,
    ) = error
    else {
        panic!("{error:?}")
    };
    let codes: Vec<_> = cancelled.cancellation_reasons().iter().filter_map(|reason| reason.code()).collect();
    assert_eq!(codes, ["None", "ConditionalCheckFailed"]);
    assert_eq!(cancelled.cancellation_reasons()[1].item().unwrap()["count"], n(0));
    let got = client.get_item().table_name("things").key("pk", s("b")).key("sk", s("A")).send().await.unwrap();
    assert!(got.item.is_none());
    assert_eq!(engines.dynamo.writes("things"), writes, "nothing was written");
}

#[tokio::test]
async fn a_token_carries_a_transaction_out_once_for_ten_minutes() {
    let (engines, config) = world();
    let client = Client::new(&config);
    put(&client, HashMap::from_iter(thing("a").into_iter().chain([("count".to_owned(), n(9))]))).await;
    let once = |items| transaction(&client, items).client_request_token("t").send();
    let count = async || {
        let got = client.get_item().table_name("things").key("pk", s("a")).key("sk", s("A")).send().await.unwrap();
        got.item.unwrap()["count"].clone()
    };
    once(vec![take("a")]).await.unwrap();
    once(vec![take("a")]).await.unwrap();
    assert_eq!(count().await, n(8));
    let other = once(vec![take("b")]).await.unwrap_err().into_service_error();
    assert!(other.is_idempotent_parameter_mismatch_exception());
    engines.clock.advance(Duration::from_secs(600));
    once(vec![take("a")]).await.unwrap();
    assert_eq!(count().await, n(7));
}

#[tokio::test]
async fn the_stream_tells_every_change_once_and_no_update_that_changed_nothing() {
    let (engines, config) = world();
    let client = Client::new(&config);
    put(&client, thing("a")).await;
    let (first, end) = read(&engines, Position::default());
    assert_eq!(first, ["INSERT a"]);
    put(&client, thing("a")).await;
    let (none, further) = read(&engines, end);
    assert!(none.is_empty() && further > end, "the no-op is passed, and not told");
    put(&client, HashMap::from_iter(thing("a").into_iter().chain([("count".to_owned(), n(2))]))).await;
    client.delete_item().table_name("things").key("pk", s("a")).key("sk", s("A")).send().await.unwrap();
    assert_eq!(read(&engines, further).0, ["MODIFY a", "REMOVE a"]);
    let batch = engines.dynamo.stream("things", further, 1).unwrap();
    assert!(batch.more);
    let record = &batch.records[0];
    let number = record["dynamodb"]["SequenceNumber"].as_str().unwrap();
    assert_eq!((number.len(), Position::of(number)), (21, Some(batch.end)));
    assert_eq!(record["dynamodb"]["OldImage"]["count"]["N"], "1");
    assert_eq!(record["dynamodb"]["NewImage"]["count"]["N"], "2");
    assert_eq!(record["dynamodb"]["ApproximateCreationDateTime"], 1_767_225_600);
    assert_eq!(record["eventSourceARN"], "arn:aws:dynamodb:us-east-1:000000000000:table/things/stream/local");
    assert!(record.get("userIdentity").is_none());
    assert_eq!(read(&engines, batch.end.before()).0.len(), 2);
}

#[tokio::test]
async fn an_item_goes_at_the_second_at_which_it_expires_and_the_record_says_who_did_it() {
    let (engines, config) = world();
    let client = Client::new(&config);
    let now = 1_767_225_600;
    let mortal = |pk: &str, ttl: i64| HashMap::from_iter(thing(pk).into_iter().chain([("ttl".to_owned(), n(ttl))]));
    put(&client, mortal("a", now + 10)).await;
    put(&client, mortal("b", now + 11)).await;
    put(&client, thing("immortal")).await;
    let (_, end) = read(&engines, Position::default());
    engines.clock.advance(Duration::from_millis(9_999));
    assert_eq!(engines.dynamo.sweep_ttl(std::time::Duration::ZERO).unwrap(), 0);
    engines.clock.advance(Duration::from_millis(1));
    assert_eq!(engines.dynamo.sweep_ttl(std::time::Duration::ZERO).unwrap(), 1);
    client.delete_item().table_name("things").key("pk", s("b")).key("sk", s("A")).send().await.unwrap();
    let records = engines.dynamo.stream("things", end, 10).unwrap().records;
    assert_eq!(records[0]["dynamodb"]["Keys"]["pk"]["S"], "a");
    let by_ttl = serde_json::json!({"type": "Service", "principalId": "dynamodb.amazonaws.com"});
    assert_eq!(records[0]["userIdentity"], by_ttl);
    assert!(records[1].get("userIdentity").is_none(), "the customer's own deletion");
}

#[tokio::test]
async fn a_days_records_are_trimmed_once_they_have_been_read() {
    let (engines, config) = world();
    let client = Client::new(&config);
    put(&client, thing("a")).await;
    let end = engines.dynamo.stream_end("things").unwrap();
    engines.clock.advance(Duration::from_secs(86_401));
    let now = holdfast_core::Clock::now(&engines.clock);
    assert_eq!(engines.dynamo.trim("things", Position::default(), now).unwrap(), 0);
    put(&client, thing("b")).await;
    assert_eq!(engines.dynamo.trim("things", engines.dynamo.stream_end("things").unwrap(), now).unwrap(), 1);
    assert_eq!(read(&engines, end).0, ["INSERT b"]);
}

#[tokio::test]
async fn the_next_sequence_number_is_found_by_index() {
    let (engines, _) = world();
    let storage = super::held(&engines.dynamo.storage);
    let plan: String = storage
        .conn()
        .query_row(
            "EXPLAIN QUERY PLAN SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1
             FROM _stream_records WHERE table_name = 'things'",
            [],
            |row| row.get(3),
        )
        .unwrap();
    assert!(plan.contains("holdfast_stream"), "{plan}");
}

#[tokio::test]
async fn items_and_stream_are_there_after_opening_again() {
    let folder = TempFolder::new("dynamo").unwrap();
    let place = Place::Folder(folder.path().to_owned());
    let (engines, config) = world_at(&place);
    put(&Client::new(&config), thing("a")).await;
    drop((engines, config));
    let (engines, config) = world_at(&place);
    put(&Client::new(&config), thing("b")).await;
    assert_eq!(read(&engines, Position::default()).0, ["INSERT a", "INSERT b"]);
}

#[tokio::test]
async fn an_index_that_the_template_got_later_is_there_with_the_older_items() {
    let folder = TempFolder::new("index").unwrap();
    let place = Place::Folder(folder.path().to_owned());
    let mut before = stack();
    let create = &mut before.tables[0].create;
    create.as_object_mut().unwrap().remove("GlobalSecondaryIndexes");
    create["AttributeDefinitions"].as_array_mut().unwrap().pop();
    let clock = crate::clock::WorldClock::machine();
    let engines =
        Engines::open(&Arc::new(before), &place, clock.clone(), Arc::new(SeededEntropy::new(1)), None).unwrap();
    let connector = crate::connector::Connector::unrestricted(std::sync::Arc::clone(&engines));
    put(&Client::new(&crate::connector::sdk_config(connector, &clock)), thing("a")).await;
    drop(engines);
    let (_, config) = world_at(&place);
    let query = Client::new(&config).query().table_name("things").index_name("by_kind");
    let query = query.key_condition_expression("kind = :k").expression_attribute_values(":k", s("box"));
    assert_eq!(query.send().await.unwrap().count, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn buyers_at_the_same_time_never_take_more_than_there_is() {
    let (_, config) = world();
    let client = Client::new(&config);
    put(&client, HashMap::from_iter(thing("a").into_iter().chain([("count".to_owned(), n(30))]))).await;
    let buyers = (0..8).map(|_| {
        let client = client.clone();
        tokio::spawn(async move {
            let mut taken = 0;
            for _ in 0..10 {
                taken += i32::from(transaction(&client, vec![take("a")]).send().await.is_ok());
            }
            taken
        })
    });
    let mut taken = 0;
    for buyer in buyers.collect::<Vec<_>>() {
        taken += buyer.await.unwrap();
    }
    assert_eq!(taken, 30);
}
