//! Checkouts that are none: each field missing, wrong or hostile, and each state in which nothing can be ordered, gets its
//! documented 4xx, which names what was wrong, and nothing changes.

#![expect(clippy::unwrap_used, reason = "a test may fail where it is surprised, its helpers too")]

use std::time::Duration;

use holdfast_auth::Role;
use holdfast_testing::{Actor, Answer, Shop};
use http::Request;
use serde_json::{Value, json};

/// All that is stored: equal before and after.
fn stored(shop: &Shop) -> u64 {
    shop.world().stack().tables.iter().map(|table| shop.world().engines().dynamo.writes(&table.name)).sum()
}

fn order() -> Value {
    json!({
        "expected_total": {"amount": 2699, "currency": "USD"},
        "email": "guest@example.test",
        "shipping_address": {"name": "Ada", "line1": "1 Street", "city": "Reykjavik", "postal_code": "101", "country": "IS"},
        "shipping_method": "standard",
    })
}

/// A shop that sells mugs for 19.99, and a guest with one in the cart.
async fn open() -> (Shop, Actor, Actor) {
    let shop = Shop::open();
    let (clerk, keeper) = (shop.staff(Role::Catalog).await, shop.staff(Role::Warehouse).await);
    let mug = json!({"title": "Mug", "variants": [{"sku": "MUG", "price": {"amount": 1999, "currency": "USD"}, "weight_grams": 400}]});
    clerk.clone().keyed("mug").post("/v1/admin/products", mug).await.expect_status(201);
    let basel =
        keeper.clone().keyed("basel").post("/v1/admin/warehouses", json!({"name": "Basel", "priority": 1})).await;
    let stock = json!({"sku": "MUG", "warehouse_id": basel.expect_status(201).at("/id"), "on_hand": 1000});
    keeper.clone().keyed("first").post("/v1/admin/inventory", stock).await.expect_status(201);
    let guest = shop.guest();
    let cart = guest.post("/v1/cart/items", json!({"sku": "MUG", "quantity": 1})).await.expect_status(201);
    let guest = guest.with_header("x-cart-token", &cart.at("/cart_token"));
    shop.settle().await;
    (shop, guest, clerk)
}

async fn sends(actor: &Actor, key: &str, body: String) -> Answer {
    let request = Request::post("/v1/checkout").header("content-type", "application/json");
    actor.clone().keyed(key).send(request.body(body.into()).unwrap()).await
}

/// The order with one field replaced, or left out where there is nothing to replace it by.
fn with(pointer: &str, value: Option<Value>) -> Value {
    let mut order = order();
    let (parent, field) = pointer.rsplit_once('/').unwrap();
    let parent = order.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match value {
        Some(value) => drop(parent.insert(field.to_owned(), value)),
        None => drop(parent.remove(field)),
    }
    order
}

#[tokio::test]
async fn every_field_is_refused_by_what_is_wrong_with_it() {
    let (shop, guest, _) = open().await;
    let before = stored(&shop);
    let long = "x".repeat(10_000);
    let needed = [
        "expected_total",
        "expected_total/amount",
        "expected_total/currency",
        "email",
        "shipping_address",
        "shipping_method",
    ];
    let of_address =
        ["name", "line1", "city", "postal_code", "country"].map(|field| format!("shipping_address/{field}"));
    let missing =
        needed.iter().map(|field| (*field).to_owned()).chain(of_address).map(|field| (format!("/{field}"), None));
    let mut wrong: Vec<(String, Option<Value>)> = missing.collect();
    for (pointer, values) in [
        (
            "/expected_total",
            vec![json!(null), json!(2699), json!([]), json!("2699"), json!({"amount": 1, "currency": "USD", "tip": 1})],
        ),
        ("/expected_total/amount", vec![json!(1.5), json!("2699"), json!(null), json!(9_223_372_036_854_775_808_u64)]),
        ("/expected_total/currency", vec![json!("usd"), json!("DOLLAR"), json!(1), json!("")]),
        ("/cart_version", vec![json!(-1), json!(1.5), json!("1"), json!(18_446_744_073_709_551_615_u64.to_string())]),
        (
            "/email",
            vec![
                json!(""),
                json!("nobody"),
                json!("a@b"),
                json!(1),
                json!("é@example.test"),
                json!(format!("{long}@example.test")),
            ],
        ),
        ("/shipping_address", vec![json!(null), json!("1 Street"), json!([])]),
        (
            "/shipping_address/name",
            vec![json!(""), json!(" "), json!(long), json!("a\u{202e}b"), json!("a\nb"), json!(1)],
        ),
        ("/shipping_address/line1", vec![json!(""), json!("x".repeat(101))]),
        ("/shipping_address/city", vec![json!(""), json!(null)]),
        ("/shipping_address/postal_code", vec![json!(""), json!("1".repeat(17))]),
        ("/shipping_address/country", vec![json!("is"), json!("ISL"), json!(""), json!("I1")]),
        ("/shipping_address/phone", vec![json!("call me"), json!("1"), json!("1".repeat(16))]),
        ("/shipping_address/planet", vec![json!("Earth")]),
        ("/billing_address", vec![json!("1 Street"), json!({"name": "Ada"})]),
        ("/shipping_method", vec![json!(""), json!("sledge"), json!(null), json!(1), json!("express")]),
        ("/device_id", vec![json!(""), json!("a b"), json!("x".repeat(129)), json!(1)]),
        ("/coupon", vec![json!("FREE")]),
    ] {
        wrong.extend(values.into_iter().map(|value| (pointer.to_owned(), Some(value))));
    }
    for (nth, (pointer, value)) in wrong.iter().enumerate() {
        let answer = sends(&guest, &format!("wrong-{nth}"), with(pointer, value.clone()).to_string()).await;
        let answer = answer.expect_problem(422, "invalid_input");
        let named = answer.at("/errors/0/pointer");
        assert!(named.starts_with(pointer.as_str()) || pointer.starts_with(&named), "{pointer} {value:?}: {named}");
    }
    for (nth, text) in ["", "{", "[]", "null", "\"order\"", "{}{}"].into_iter().enumerate() {
        let status = sends(&guest, &format!("text-{nth}"), text.to_owned()).await.status.as_u16();
        assert!(status == 400 || status == 422, "{text:?}: {status}");
    }
    let keyless = guest.post("/v1/checkout", order()).await.expect_problem(400, "idempotency_key_required");
    assert!(keyless.text().contains("Idempotency-Key"));
    sends(&guest, &"k".repeat(256), order().to_string()).await.expect_problem(400, "invalid_idempotency_key");
    let nobody = shop.guest();
    sends(&nobody, "nobody", order().to_string()).await.expect_problem(401, "unauthenticated");
    let forger = nobody.with_header("x-cart-token", "cart_x");
    sends(&forger, "forger", order().to_string()).await.expect_problem(422, "invalid_input");
    // Of the checks that read, only the counter of the address was written.
    let counted = u64::try_from(["sledge", "express"].len()).unwrap();
    assert_eq!(stored(&shop), before + counted + 1, "nothing else changes: an empty method is looked up, too");
    sends(&guest, &"k".repeat(255), order().to_string()).await.expect_status(201);
}

#[tokio::test]
async fn a_cart_that_is_not_there_is_not_ordered() {
    let (shop, guest, clerk) = open().await;
    let refused = |actor: &Actor, key: &str| {
        let (actor, key) = (actor.clone(), key.to_owned());
        async move { sends(&actor, &key, order().to_string()).await }
    };
    // Somebody else's: a token opens one cart, and a customer has their own.
    let stranger = shop.customer("ada@example.test").await;
    refused(&stranger, "strange").await.expect_problem(409, "cart_empty");
    // Another's key is another's: it finds no order of mine.
    guest.clone().keyed("mine").post("/v1/checkout", order()).await.expect_status(201);
    let second = shop.guest();
    let cart = second.post("/v1/cart/items", json!({"sku": "MUG", "quantity": 1})).await.expect_status(201);
    let second = second.with_header("x-cart-token", &cart.at("/cart_token"));
    let theirs = second.clone().keyed("mine").post("/v1/checkout", order()).await.expect_status(201);
    // The cart that has become an order is empty under every other key.
    refused(&guest, "again").await.expect_problem(409, "cart_empty");
    assert_eq!(second.clone().keyed("mine").post("/v1/checkout", order()).await.at("/id"), theirs.at("/id"));
    // One that has ended.
    let third = shop.guest();
    let cart = third.post("/v1/cart/items", json!({"sku": "MUG", "quantity": 1})).await.expect_status(201);
    let third = third.with_header("x-cart-token", &cart.at("/cart_token"));
    shop.advance(Duration::from_secs(30 * 86_400));
    refused(&third, "late").await.expect_problem(409, "cart_empty");
    // One whose every price has changed.
    let clerk = shop.log_in(shop.guest(), clerk.email(), clerk.password()).await;
    let fourth = shop.guest();
    let cart = fourth.post("/v1/cart/items", json!({"sku": "MUG", "quantity": 1})).await.expect_status(201);
    let fourth = fourth.with_header("x-cart-token", &cart.at("/cart_token"));
    clerk.patch("/v1/admin/variants/MUG", json!({"price": {"amount": 5, "currency": "USD"}})).await.expect_status(200);
    refused(&fourth, "changed").await.expect_problem(409, "price_changed");
    // One that costs more than an amount can hold, and one in a currency that nobody sends in.
    let dear = json!({"amount": 9_223_372_036_854_775_807_i64, "currency": "USD"});
    let answer = clerk.patch("/v1/admin/variants/MUG", json!({"price": dear})).await;
    if answer.status == 200 {
        refused(&fourth, "dear").await.expect_problem(409, "total_too_large");
    } else {
        answer.expect_problem(422, "invalid_input");
    }
}

#[tokio::test]
async fn a_count_is_from_1_to_999() {
    let (shop, guest, _) = open().await;
    let before = stored(&shop);
    for count in ["0", "-1", "1.5", "1000", "9223372036854775808", "1e309", "\"1\"", "null", "true", "[1]"] {
        for (method, path, body) in [
            ("POST", "/v1/cart/items", format!(r#"{{"sku": "MUG", "quantity": {count}}}"#)),
            ("PATCH", "/v1/cart/items/MUG", format!(r#"{{"quantity": {count}}}"#)),
        ] {
            let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
            let answer = guest.send(request.body(body.into()).unwrap()).await;
            let wanted = if count == "1e309" { 400 } else { 422 };
            assert_eq!(answer.status.as_u16(), wanted, "{method} {count}");
        }
    }
    for sku in [json!(""), json!("a b"), json!("x".repeat(65)), json!(1), json!(null), json!("CUP")] {
        guest.post("/v1/cart/items", json!({"sku": sku, "quantity": 1})).await.expect_problem(422, "invalid_input");
    }
    assert_eq!(stored(&shop), before);
    guest.patch("/v1/cart/items/MUG", json!({"quantity": 999})).await.expect_status(200);
}
