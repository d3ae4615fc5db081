//! What writes cost: of stock at its largest, where an item that grows over a kilobyte would cost twice, and of a checkout.

#![expect(clippy::unwrap_used, reason = "a test may fail where it is surprised, its helpers too")]

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use holdfast_auth::Role;
use holdfast_testing::{Actor, Answer, Shop};
use serde_json::{Value, json};

/// What a function has written since the last look, in units.
fn written(shop: &Shop, function: &str) -> f64 {
    let tallies = shop.world().recorder().tallies();
    let units = tallies.iter().filter(|((name, ..), _)| name == function).map(|(_, tally)| tally.write_units).sum();
    shop.world().recorder().restart_tallies();
    units
}

async fn posts(keeper: &Actor, key: &str, path: &str, body: Value) -> Answer {
    keeper.clone().keyed(key).post(path, body).await.expect_status(201)
}

#[tokio::test]
async fn a_stock_with_its_event_is_under_a_kilobyte_whatever_its_names_are() {
    let shop = Shop::open();
    let keeper = shop.staff(Role::Warehouse).await;
    // The longest trace that there is, the longest SKU, the longest reason.
    let keeper = keeper.with_header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    let (sku, reason) = ("S".repeat(64), "r".repeat(64));
    let basel = posts(&keeper, "basel", "/v1/admin/warehouses", json!({"name": "Basel", "priority": 1})).await;
    let basel = basel.at("/id");
    let first = json!({"sku": sku, "warehouse_id": basel, "on_hand": 90_000_000, "low_stock_threshold": 80_000_000});
    posts(&keeper, "first", "/v1/admin/inventory", first).await;
    let counts = json!({"warehouse_id": basel, "counts": [{"sku": sku, "on_hand": 99_000_000}]});
    keeper.clone().keyed("count").post("/v1/admin/inventory/sync", counts).await.expect_status(200);
    assert_eq!(written(&shop, "StockSyncFunction"), 5.0, "mark and stock, double each, and the receipt");

    let adjusted = json!({"warehouse_id": basel, "delta": -1, "reason": reason});
    posts(&keeper, "adjust", &format!("/v1/admin/inventory/{sku}/adjust"), adjusted).await;
    assert_eq!(written(&shop, "StockAdjustFunction"), 4.0, "receipt and stock, a transaction's double each");
    let held = json!({"quantity": 1, "ttl_seconds": 60, "reference": reason});
    posts(&keeper, "hold", &format!("/v1/admin/inventory/{sku}/reserve"), held).await;
    assert_eq!(
        written(&shop, "StockReserveFunction"),
        7.0,
        "reservation, timer and stock, double each, and the reservation's place in the index"
    );
}

/// How long an item is, in bytes, as DynamoDB counts: names and values.
fn length(value: &AttributeValue) -> usize {
    if let Ok(text) = value.as_s() {
        text.len()
    } else if let Ok(number) = value.as_n() {
        // Two digits a byte, and none for zeros at the end.
        number.trim_end_matches('0').len().div_ceil(2) + 1
    } else if let Ok(fields) = value.as_m() {
        3 + fields.iter().map(|(name, value)| name.len() + length(value) + 1).sum::<usize>()
    } else if let Ok(values) = value.as_l() {
        3 + values.iter().map(|value| length(value) + 1).sum::<usize>()
    } else {
        assert!(value.is_bool() || value.is_null(), "no item of ours has {value:?}");
        1
    }
}

type Item = HashMap<String, AttributeValue>;

/// What lies in a partition now.
async fn partition(shop: &Shop, table: &str, partition: &str) -> Vec<Item> {
    let operator = shop.world().operator("checkout-place").unwrap();
    let query = operator.aws.dynamodb().query().table_name(operator.env.text(table).unwrap());
    let query = query.key_condition_expression("pk = :pk");
    query
        .expression_attribute_values(":pk", AttributeValue::S(partition.to_owned()))
        .send()
        .await
        .unwrap()
        .items
        .unwrap()
}

/// How many kilobytes an item has begun.
fn kilobytes(item: &Item) -> f64 {
    let bytes: usize = item.iter().map(|(name, value)| name.len() + length(value)).sum();
    f64::from(u32::try_from(bytes.div_ceil(1024)).unwrap())
}

/// A guest with one of each of so many articles in the cart, and what they order.
async fn full_cart(shop: &Shop, skus: usize) -> (Actor, Value) {
    let (clerk, keeper) = (shop.staff(Role::Catalog).await, shop.staff(Role::Warehouse).await);
    let basel = posts(&keeper, "basel", "/v1/admin/warehouses", json!({"name": "Basel", "priority": 1})).await;
    let mut guest = shop.guest();
    for nth in 0..skus {
        let sku = format!("ARTICLE-{nth}");
        let variant = json!({"sku": sku, "price": {"amount": 10_000, "currency": "USD"}, "weight_grams": 100});
        let product = json!({"title": format!("Stoneware mug no. {nth}"), "variants": [variant]});
        posts(&clerk, &format!("product-{nth}"), "/v1/admin/products", product).await;
        let stock = json!({"sku": sku, "warehouse_id": basel.at("/id"), "on_hand": 1_000});
        posts(&keeper, &format!("stock-{nth}"), "/v1/admin/inventory", stock).await;
        let cart = guest.post("/v1/cart/items", json!({"sku": sku, "quantity": 1})).await.expect_status(201);
        if nth == 0 {
            guest = guest.with_header("x-cart-token", &cart.at("/cart_token"));
        }
    }
    shop.settle().await;
    let order = json!({
        "expected_total": {"amount": 10_000 * skus, "currency": "USD"},
        "email": "guest@example.test",
        "shipping_address": {"name": "Ada Lovelace", "line1": "12 St James's Square", "city": "Reykjavik", "postal_code": "101", "country": "IS"},
        "shipping_method": "standard",
    });
    (guest.keyed("buy"), order)
}

#[tokio::test]
async fn a_checkout_writes_two_units_a_kilobyte_in_one_transaction_and_its_duplicate_nothing() {
    for (skus, expected) in [(1, 14.0), (5, 24.0), (20, 66.0)] {
        let shop = Shop::open();
        let (guest, wish) = full_cart(&shop, skus).await;
        let cart = format!("CART#{}", guest.get("/v1/cart").await.expect_status(200).at("/id"));
        let filled = partition(&shop, "CARTS_TABLE", &cart).await;
        shop.world().recorder().restart_tallies();
        let placed = guest.post("/v1/checkout", wish.clone()).await.expect_status(201);
        let own = |operation: &str| {
            let key = ("CheckoutPlaceFunction".to_owned(), "dynamodb", operation.to_owned());
            shop.world().recorder().tallies().get(&key).copied().unwrap_or_default()
        };
        let (transaction, counter) = (own("TransactWriteItems"), own("UpdateItem"));
        assert_eq!(
            (transaction.calls, counter.calls, counter.write_units),
            (1, 1, 1.0),
            "{skus}: and the limit's counter"
        );

        let written = partition(&shop, "ORDERS_TABLE", &format!("ORDER#{}", placed.at("/id"))).await;
        let order = written.iter().find(|item| item["sk"].as_s().unwrap() == "ORDER").unwrap();
        let reservation = order["reservation_id"].as_s().unwrap();
        let held = partition(&shop, "INVENTORY_TABLE", &format!("RESERVATION#{reservation}")).await;
        let timer = partition(&shop, "INVENTORY_TABLE", &format!("TIMER#{reservation}")).await;
        let mut stock = Vec::new();
        for nth in 0..skus {
            let of_article = partition(&shop, "INVENTORY_TABLE", &format!("STOCK#ARTICLE-{nth}")).await;
            stock.extend(of_article.into_iter().filter(|item| item["sk"].as_s().unwrap().starts_with("WAREHOUSE#")));
        }
        assert!(stock.iter().all(|item| kilobytes(item) <= 1.0), "a stock with its event has a kilobyte at most");
        // What replaces something costs as much as the larger of both: a cart that is closed is smaller than a full one.
        let all = [written.clone(), filled, held.clone(), timer, stock].concat();
        assert_eq!(all.len(), skus + 5);
        let items: f64 = all.iter().map(kilobytes).sum::<f64>() * 2.0;
        // By its status and among all, by keys; and by its end, whole.
        let indexes = 2.0 + kilobytes(&held[0]);
        assert_eq!((items, transaction.write_units), (expected, items + indexes), "{skus}");

        shop.world().recorder().restart_tallies();
        guest.post("/v1/checkout", wish).await.expect_status(201);
        let tallies = shop.world().recorder().tallies();
        let writes = tallies.values().map(|tally| tally.write_units).fold(0.0, f64::max);
        assert_eq!(writes, 0.0, "a duplicate writes nothing");
    }
}
