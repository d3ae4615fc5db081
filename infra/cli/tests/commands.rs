//! Each command, asked of a shop in which something has happened, and of one in which something is wrong.

#![expect(clippy::unwrap_used, reason = "a test may fail where it is surprised, its helpers too")]

use std::net::Ipv4Addr;
use std::time::Duration;

use holdfast_auth::Role;
use holdfast_cli::{Asked, Site, Where, answer};
use holdfast_local::serve;
use holdfast_runtime::Env;
use holdfast_testing::{Actor, Answer, Shop};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// What a command says, and whether all is well.
async fn asks(shop: &Shop, line: &str) -> (bool, String) {
    let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
    let asked = Asked::parse(&words).unwrap();
    let mut out = Vec::new();
    let well = answer(&Site::Here(shop.world().clone()), &asked.command, &mut out).await.unwrap();
    (well, String::from_utf8(out).unwrap())
}

/// A shop that sells mugs, and staff who may do all.
async fn open() -> (Shop, Actor) {
    let shop = Shop::open();
    let admin = shop.staff(Role::Admin).await;
    let product =
        json!({"title": "The mug", "variants": [{"sku": "MUG", "price": {"amount": 1900, "currency": "USD"}}]});
    admin.clone().keyed("product").post("/v1/admin/products", product).await.expect_status(201);
    let basel = json!({"name": "Basel", "priority": 1});
    let basel = admin.clone().keyed("basel").post("/v1/admin/warehouses", basel).await.expect_status(201).at("/id");
    let stock = json!({"sku": "MUG", "warehouse_id": basel, "on_hand": 10});
    admin.clone().keyed("stock").post("/v1/admin/inventory", stock).await.expect_status(201);
    shop.settle().await;
    (shop, admin)
}

/// A guest's order of a mug.
async fn ordered(shop: &Shop, key: &str) -> Answer {
    let guest = shop.guest();
    let cart = guest.post("/v1/cart/items", json!({"sku": "MUG", "quantity": 1})).await.expect_status(201);
    let guest = guest.with_header("x-cart-token", &cart.at("/cart_token"));
    let home = json!({"name": "Ada Lovelace", "line1": "12 St James's Square", "city": "Reykjavik", "postal_code": "101", "country": "IS"});
    let quote = json!({"shipping_address": home, "shipping_method": "standard"});
    let total = guest.post("/v1/checkout/quote", quote).await.expect_status(200).json()["total"].clone();
    let order = json!({"expected_total": total, "email": "guest@example.test", "shipping_address": home, "shipping_method": "standard"});
    guest.keyed(key).post("/v1/checkout", order).await.expect_status(201)
}

/// Changes an item of a table by hand.
async fn meddles(shop: &Shop, function: &str, variable: &str, (pk, sk): (&str, &str), what: &str, value: &str) {
    let init = shop.world().operator(function).unwrap();
    let text = |text: &str| aws_sdk_dynamodb::types::AttributeValue::S(text.to_owned());
    let call = init.aws.dynamodb().update_item().table_name(init.env.text(variable).unwrap());
    let call = call.key("pk", text(pk)).key("sk", text(sk)).update_expression("SET #what = :value");
    let call = call.expression_attribute_names("#what", what).expression_attribute_values(":value", text(value));
    call.send().await.unwrap();
}

#[tokio::test]
async fn the_doctor_finds_what_is_there_and_what_is_not() {
    let (shop, _) = open().await;
    let (well, said) = asks(&shop, "doctor").await;
    assert!(well, "{said}");
    for line in [
        "ok  table local-holdfast-orders: answers",
        "ok  bus ",
        "ok  queue NotificationsDeadLetters: empty",
        "--  AlarmEmail: not set",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    assert!(said.contains("ok  parameter /holdfast/local/"), "{said}");
    let dead =
        shop.world().stack().queues.iter().find(|queue| queue.logical_id == "ImagesDeadLetters").unwrap().arn.clone();
    shop.world().engines().sqs.send(&dead, "{}", None).unwrap();
    let (well, said) = asks(&shop, "doctor").await;
    assert!(!well && said.contains("NO  queue ImagesDeadLetters: 1 messages"), "{said}");
}

#[tokio::test]
async fn the_audit_passes_a_shop_that_adds_up_and_names_what_does_not() {
    let (shop, _) = open().await;
    let placed = ordered(&shop, "one").await;
    shop.settle().await;
    let (well, said) = asks(&shop, "audit").await;
    assert_eq!((well, said.as_str()), (true, "audit: 1 stocks, 1 orders, 0 differences\n"));
    let id = placed.at("/id");
    let key = format!("ORDER#{id}");
    meddles(&shop, "orders-get", "ORDERS_TABLE", (&key, "ORDER"), "status", "PAID").await;
    let (well, said) = asks(&shop, "audit").await;
    assert!(!well, "{said}");
    assert!(said.contains(&format!("{id}: it is PAID, and what holds its stock is Active")), "{said}");
}

#[tokio::test]
async fn an_order_is_what_its_events_say() {
    let (shop, admin) = open().await;
    let placed = ordered(&shop, "one").await;
    let id = placed.at("/id");
    let cancel = json!({"status": "CANCELLED", "reason": "called off"});
    admin.keyed("off").post(&format!("/v1/admin/orders/{id}/status"), cancel).await.expect_status(200);
    shop.settle().await;
    let (well, said) = asks(&shop, &format!("replay order {id}")).await;
    assert!(well, "{said}");
    assert!(said.ends_with(&format!("replay: {id} is CANCELLED after 2 events, 0 differences\n")), "{said}");
}

#[tokio::test]
async fn what_the_archive_kept_makes_a_fresh_consumer_reach_the_same_state() {
    let (shop, admin) = open().await;
    let began = shop.now();
    let availability = async || -> Value {
        let init = shop.world().operator("catalog-availability").unwrap();
        let text = |text: &str| aws_sdk_dynamodb::types::AttributeValue::S(text.to_owned());
        let call = init.aws.dynamodb().get_item().table_name(init.env.text("CATALOG_TABLE").unwrap());
        let level = call.key("pk", text("SKU#MUG")).key("sk", text("LEVEL")).send().await.unwrap().item;
        json!(level.map(|item| format!("{:?}", item.get("availability").unwrap())))
    };
    // It was in stock, and is out now.
    let history = admin.get("/v1/admin/inventory/MUG").await.expect_status(200);
    let basel = history.json()["warehouses"][0]["warehouse_id"].as_str().unwrap().to_owned();
    let all = json!({"warehouse_id": basel, "delta": -10, "reason": "lost"});
    admin.clone().keyed("lost").post("/v1/admin/inventory/MUG/adjust", all).await.expect_status(201);
    shop.settle().await;
    let before = availability().await;
    assert!(before.is_string(), "{before}");
    // A consumer that begins anew has nothing.
    let init = shop.world().operator("catalog-availability").unwrap();
    let text = |text: &str| aws_sdk_dynamodb::types::AttributeValue::S(text.to_owned());
    let forget = init.aws.dynamodb().delete_item().table_name(init.env.text("CATALOG_TABLE").unwrap());
    forget.key("pk", text("SKU#MUG")).key("sk", text("LEVEL")).send().await.unwrap();
    assert_eq!(availability().await, Value::Null);
    shop.advance(Duration::from_secs(60));
    let line = format!("replay archive CatalogAvailabilityRule --since {}", began);
    let (_, said) = asks(&shop, &line).await;
    assert!(said.contains("--go tells") && said.contains("catalog-availability"), "{said}");
    shop.settle().await;
    assert_eq!(availability().await, Value::Null, "only looked at");
    let mails = shop.mails().len();
    let (well, said) = asks(&shop, &format!("{line} --go")).await;
    assert!(well, "{said}");
    shop.settle().await;
    assert_eq!(availability().await, before);
    assert_eq!(shop.mails().len(), mails, "nobody else hears it");
}

#[tokio::test]
async fn dead_letters_are_looked_at_and_then_sent_back() {
    let (shop, _) = open().await;
    let (well, said) = asks(&shop, "redrive NotificationsDeadLetters").await;
    assert_eq!((well, said.as_str()), (true, "redrive: NotificationsDeadLetters is empty\n"));
    shop.world().engines().mail.set_outage(true);
    let body = json!({"email": "ada@example.test", "password": "correct horse battery", "name": "Ada Lovelace"});
    shop.guest().post("/v1/auth/register", body).await.expect_status(202);
    for _ in 0..40 {
        shop.settle().await;
        shop.advance(Duration::from_secs(180));
    }
    shop.settle().await;
    assert!(shop.mails_to("ada@example.test").is_empty());
    for _ in 0..2 {
        let (well, said) = asks(&shop, "redrive NotificationsDeadLetters").await;
        assert!(!well && said.contains("accounts.user-registered.v1 evt_"), "{said}");
        assert!(said.contains("1 in NotificationsDeadLetters") && said.contains("--go sends them to"), "{said}");
        assert!(said.contains("NotificationsQueue"), "{said}");
        assert!(!said.contains("ada@example.test"));
    }
    shop.world().engines().mail.set_outage(false);
    let (well, said) = asks(&shop, "redrive NotificationsDeadLetters --go").await;
    assert!(well, "{said}");
    shop.settle().await;
    assert_eq!(shop.mails_to("ada@example.test").len(), 1);
}

#[tokio::test]
async fn each_route_has_its_cost() {
    let (shop, _) = open().await;
    ordered(&shop, "one").await;
    let (well, said) = asks(&shop, "cost").await;
    assert!(well, "{said}");
    let checkout = said.lines().find(|line| line.starts_with("POST /v1/checkout ")).unwrap();
    let numbers: Vec<f64> = checkout.split_whitespace().skip(2).map(|word| word.parse().unwrap()).collect();
    let [calls, _, reads, writes, usd] = numbers.as_slice() else { panic!("{checkout}") };
    assert_eq!(*calls, 1.0);
    assert!(*reads > 0.0 && *writes >= 8.0 && *usd > 1.0, "{checkout}");
}

#[tokio::test]
async fn a_shop_that_is_served_says_the_same_as_one_that_is_open_here() {
    let (shop, _) = open().await;
    let order = ordered(&shop, "one").await.at("/id");
    shop.settle().await;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let at = Where::At(format!("http://{}", listener.local_addr().unwrap()));
    let serving = tokio::spawn(serve(shop.world().clone(), listener, std::future::pending()));
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let files = [("HOLDFAST_TEMPLATE", "template.yaml"), ("HOLDFAST_STAGES", "infra/samconfig.toml")];
    let env: Env = files.map(|(name, file)| (name.to_owned(), format!("{root}/{file}"))).into_iter().collect();
    let site = Site::open(&at, &env).await.unwrap();
    for line in ["audit", "audit --chain", "cost", "redrive NotificationsDeadLetters", &format!("replay order {order}")]
    {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let mut out = Vec::new();
        let well = answer(&site, &Asked::parse(&words).unwrap().command, &mut out).await;
        let there = (well.unwrap_or_else(|error| panic!("{line}: {error}")), String::from_utf8(out).unwrap());
        assert_eq!(there, asks(&shop, line).await, "{line}");
    }
    serving.abort();
}
