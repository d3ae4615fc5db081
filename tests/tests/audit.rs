//! The audit finds a stock that somebody changed behind the shop's back, and a movement that is gone.

#![expect(clippy::unwrap_used, reason = "a test may fail where it is surprised, its helpers too")]

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use holdfast_auth::Role;
use holdfast_inventory::store::Inventory;
use holdfast_runtime::FromInit;
use holdfast_testing::Shop;
use serde_json::{Value, json};

/// A shop with two stocks, of which one has moved: and the warehouse's id.
async fn moved() -> (Shop, String) {
    let shop = Shop::open();
    let keeper = shop.staff(Role::Warehouse).await;
    let posts =
        async |key: &str, path: &str, body: Value| keeper.clone().keyed(key).post(path, body).await.expect_status(201);
    let basel = posts("basel", "/v1/admin/warehouses", json!({"name": "Basel", "priority": 1})).await.at("/id");
    for sku in ["MUG", "JUG"] {
        posts(sku, "/v1/admin/inventory", json!({"sku": sku, "warehouse_id": basel, "on_hand": 10})).await;
    }
    let found = json!({"warehouse_id": basel, "delta": 2, "reason": "found"});
    posts("found", "/v1/admin/inventory/MUG/adjust", found).await;
    shop.settle().await;
    // Past what the projection may lag.
    shop.advance(Duration::from_secs(3_600));
    (shop, basel)
}

async fn differences(shop: &Shop) -> Vec<String> {
    let inventory = Inventory::from_init(&shop.world().operator("stock-audit").unwrap()).await.unwrap();
    let (stocks, found) = inventory.audit().await.unwrap();
    assert_eq!(stocks, 2);
    // The scheduled function fails, so that its alarm rings, when there is one.
    let run = shop.world().invoke("stock-audit", json!({})).await;
    assert_eq!(run.is_err(), !found.is_empty(), "{run:?}");
    found.iter().map(ToString::to_string).collect()
}

fn key(pk: &str, sk: &str) -> HashMap<String, AttributeValue> {
    [("pk", pk), ("sk", sk)].map(|(name, value)| (name.to_owned(), AttributeValue::S(value.to_owned()))).into()
}

#[tokio::test]
async fn what_somebody_changed_behind_the_shops_back_is_named() {
    let (shop, basel) = moved().await;
    assert_eq!(differences(&shop).await, Vec::<String>::new());
    let operator = shop.world().operator("stock-adjust").unwrap();
    let (client, table) = (operator.aws.dynamodb(), operator.env.text("INVENTORY_TABLE").unwrap());
    let stock = key("STOCK#MUG", &format!("WAREHOUSE#{basel}#0"));
    let update = client.update_item().table_name(table).set_key(Some(stock)).update_expression("SET available = :n");
    update.expression_attribute_values(":n", AttributeValue::N("13".to_owned())).send().await.unwrap();
    assert_eq!(differences(&shop).await, [format!("MUG in {basel}: it is not what its movement 2 left")]);
}

#[tokio::test]
async fn a_movement_that_is_gone_is_named() {
    let (shop, basel) = moved().await;
    let operator = shop.world().operator("stock-adjust").unwrap();
    let (client, table) = (operator.aws.dynamodb(), operator.env.text("INVENTORY_TABLE").unwrap());
    let movements = client.query().table_name(table).key_condition_expression("pk = :pk");
    let movements = movements.expression_attribute_values(":pk", AttributeValue::S("MOVEMENTS#MUG".to_owned()));
    let movements = movements.send().await.unwrap().items.unwrap();
    let first = movements.first().unwrap();
    let first = key(first["pk"].as_s().unwrap(), first["sk"].as_s().unwrap());
    client.delete_item().table_name(table).set_key(Some(first)).send().await.unwrap();
    assert_eq!(differences(&shop).await, [format!("MUG in {basel}: its movement 1 is missing")]);
}
