//! What is personal or secret stays where it belongs: in the items that hold it, and in the mails to its owner. All
//! stories' kinds of use are made in one world; then everything else that keeps anything is searched.

#![expect(clippy::unwrap_used, reason = "a test may fail where it is surprised, its helpers too")]

use holdfast_auth::Role;
use holdfast_local::engines::{Filters, Position};
use holdfast_local::template::model::EventSource;
use holdfast_local::{Fault, Matcher, World};
use holdfast_testing::{Actor, Log, Shop};
use holdfast_tests::stories::carts;
use serde_json::json;

const PERSONAL: [&str; 8] = [
    "ada.personal@example.test",
    "Personal Lovelace",
    "12 Personal Square",
    "Personalton",
    "PE1 2RS",
    "+44 20 7946 0999",
    "+442079460999",
    "a very personal password",
];

/// The records of every stream that pass the filter of the function that reads it.
fn relayed(world: &World) -> Vec<String> {
    let mut relayed = Vec::new();
    for function in &world.stack().functions {
        for event in &function.events {
            if let EventSource::Stream(mapping) = event {
                let filters = Filters::parse(&mapping.filters).unwrap();
                let batch = world.engines().dynamo.stream(&mapping.table, Position::default(), 10_000).unwrap();
                relayed.extend(batch.records.iter().filter(|record| filters.take(record)).map(ToString::to_string));
            }
        }
    }
    relayed
}

/// Everything that lies in the shop's tables.
#[expect(clippy::disallowed_methods, reason = "a search for what must not be there looks everywhere")]
async fn kept(world: &World) -> Vec<(String, String)> {
    let operator = world.operator("orders-get").unwrap();
    let mut kept = Vec::new();
    for table in &world.stack().tables {
        let items = operator.aws.dynamodb().scan().table_name(&table.name).send().await.unwrap();
        assert!(items.last_evaluated_key().is_none(), "all of it was read");
        kept.push((table.name.clone(), format!("{:?}", items.items())));
    }
    kept
}

/// Orders something to a personal address, and calls it off.
async fn orders_and_thinks_better_of_it(shop: &Shop, ada: &Actor) {
    carts::sells(shop, &[("MUG", 1999, 10)]).await;
    ada.post("/v1/cart/items", json!({"sku": "MUG", "quantity": 1})).await.expect_status(201);
    let address = json!({"name": "Personal Lovelace", "line1": "12 Personal Square", "city": "Personalton",
        "postal_code": "PE1 2RS", "country": "GB", "phone": "+44 20 7946 0999"});
    let to = json!({"shipping_address": address, "shipping_method": "standard"});
    let total = ada.post("/v1/checkout/quote", to.clone()).await.expect_status(200).json()["total"].clone();
    let order = json!({"expected_total": total, "shipping_address": address, "shipping_method": "standard"});
    let placed = ada.clone().keyed("personal").post("/v1/checkout", order).await.expect_status(201);
    shop.settle().await;
    let held: String = kept(shop.world()).await.into_iter().map(|(_, items)| items).collect();
    assert!(held.contains("12 Personal Square"), "the search finds what there is");
    let cancel = format!("/v1/orders/{}/cancel", placed.at("/id"));
    ada.clone().keyed("better").post(&cancel, json!({})).await.expect_status(200);
    shop.settle().await;
}

#[tokio::test]
async fn nothing_personal_leaves_the_items_that_hold_it() {
    let log = Log::default();
    let written = log.clone();
    holdfast_runtime::start_telemetry_into(None, move || written.clone());
    let shop = Shop::open();
    let mut secrets: Vec<String> = PERSONAL.map(str::to_owned).to_vec();
    let guest = shop.guest();
    let (email, password) = ("ada.personal@example.test", "a very personal password");
    let body = json!({"email": email, "password": password, "name": "Personal Lovelace"});
    guest.post("/v1/auth/register", body.clone()).await.expect_status(202);
    shop.settle().await;
    secrets.push(shop.code_from_mail(email));
    guest.post("/v1/auth/verify-email", json!({"token": shop.code_from_mail(email)})).await.expect_status(204);
    guest.post("/v1/auth/register", body).await.expect_status(202);
    let ada = shop.log_in(guest, email, password).await;
    secrets.extend([ada.access_token(), ada.refresh_token()]);
    let address = json!({"name": "Personal Lovelace", "line1": "12 Personal Square", "city": "Personalton",
        "postal_code": "PE1 2RS", "country": "GB", "phone": "+44 20 7946 0999"});
    ada.post("/v1/me/addresses", address).await.expect_status(201);
    ada.patch("/v1/me", json!({"locale": "de"})).await.expect_status(200);
    ada.post("/v1/auth/forgot-password", json!({"email": email})).await.expect_status(202);
    shop.settle().await;
    secrets.push(shop.code_from_mail(email));
    // Two at once, so that one loses; a wrong guess; a fault; staff at work; a session's whole life; and the end.
    let address = ada.get("/v1/me/addresses").await.at("/items/0/id");
    let path = format!("/v1/me/addresses/{address}");
    let careful = ada.clone().with_header("if-match", "\"1\"");
    let change = json!({"name": "Personal Lovelace"});
    tokio::join!(careful.patch(&path, change.clone()), careful.patch(&path, change));
    let wrong = json!({"email": email, "password": "a very personal password, mistyped"});
    ada.post("/v1/auth/login", wrong).await.expect_status(401);
    let put = Matcher { function: Some("MeUpdateFunction".to_owned()), ..Matcher::default() };
    for _ in 0..4 {
        shop.world().faults().once(put.clone(), Fault::Outage);
    }
    ada.patch("/v1/me", json!({"name": "Personal Lovelace"})).await.expect_status(500);
    ada.patch("/v1/me", json!({"nome": "Personal Lovelace"})).await.expect_status(422);
    let admin = shop.staff(Role::Admin).await;
    admin.get("/v1/admin/users").await.expect_status(200);
    admin.get(&format!("/v1/admin/users/exists?email={email}")).await.expect_status(200);
    let next = ada.post("/v1/auth/refresh", json!({"refresh_token": ada.refresh_token()})).await.expect_status(200);
    secrets.extend([next.at("/access_token"), next.at("/refresh_token")]);
    let change = json!({"current_password": password, "new_password": "a very personal password, new"});
    ada.post("/v1/me/password", change).await.expect_status(204);
    ada.post("/v1/auth/logout", json!({"refresh_token": next.at("/refresh_token")})).await.expect_status(204);
    let phone = json!({"kind": "phone", "number": "+442079460999"});
    ada.post("/v1/me/devices", phone).await.expect_status(201);
    orders_and_thinks_better_of_it(&shop, &ada).await;
    let end = json!({"password": "a very personal password, new"});
    ada.ask(http::Method::DELETE, "/v1/me", Some(end)).await.expect_status(204);
    shop.settle().await;

    // The parts of a code and of a token that are secret on their own.
    secrets
        .extend(secrets.clone().iter().filter_map(|secret| secret.rsplit_once('.').map(|(_, last)| last.to_owned())));
    secrets.retain(|secret| secret.len() >= 7);

    let world = shop.world();
    let archived = world.engines().events.archived().unwrap();
    assert!(archived.len() >= 7, "the archive keeps the events: {}", archived.len());
    let mut places: Vec<(String, String)> = Vec::new();
    for (nth, event) in archived.iter().enumerate() {
        places.push((format!("archive {nth}"), format!("{event:?}")));
    }
    for queue in &world.stack().queues {
        for message in world.engines().sqs.peek(&queue.arn).unwrap() {
            places.push((queue.name.clone(), format!("{message:?}")));
        }
    }
    // What the relay is handed: the stream behind its filter. A failed batch goes to a bucket just like this.
    let relayed = relayed(world);
    assert!(relayed.len() >= 7, "{}", relayed.len());
    places.extend(relayed.into_iter().enumerate().map(|(nth, record)| (format!("stream {nth}"), record)));
    for path in ["/dev", "/dev/mail"] {
        let page = shop.guest().get(path).await;
        if path == "/dev" {
            places.push((path.to_owned(), page.text().to_owned()));
        }
    }
    let logged = log.text();
    assert!(logged.contains("\"route\":\"/v1/me\"") && logged.contains("\"cause\""), "the log is read: {logged}");
    places.push(("the log".to_owned(), logged));
    for bucket in &world.stack().buckets {
        places.push((bucket.name.clone(), format!("{:?}", world.engines().s3.objects(&bucket.name).unwrap())));
    }
    for (place, text) in &places {
        for secret in &secrets {
            assert!(!text.contains(secret.as_str()), "{secret:?} lies in {place}: {text}");
        }
    }
    // Once they are erased, nothing of them is left where it was kept.
    for (table, items) in kept(world).await {
        for personal in PERSONAL {
            assert!(!items.contains(personal), "{personal:?} is left in {table}");
        }
    }
    // The search finds what there is: the mails have it.
    let mails = format!("{:?}", shop.mails());
    assert!(secrets.iter().any(|secret| mails.contains(secret.as_str())));
}
