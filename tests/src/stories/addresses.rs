//! Where parcels go.

use holdfast_testing::Shop;
use serde_json::{Value, json};

fn london() -> Value {
    json!({"name": "Ada Lovelace", "line1": "12 St James's Square", "city": "London", "postal_code": "SW1Y 4JH", "country": "GB"})
}

pub async fn addresses_come_and_go(shop: Shop) {
    let ada = shop.customer("ada@example.test").await;
    let first = ada.post("/v1/me/addresses", london()).await.expect_status(201);
    assert_eq!([first.at("/default_shipping"), first.at("/default_billing")], ["true", "true"]);
    shop.advance(std::time::Duration::from_secs(1));
    let mut oxford = london();
    oxford["city"] = json!("Oxford");
    oxford["default_shipping"] = json!(true);
    let second = ada.post("/v1/me/addresses", oxford).await.expect_status(201);
    let list = ada.get("/v1/me/addresses").await.expect_status(200);
    assert_eq!([list.at("/items/0/city"), list.at("/items/1/city")], ["London", "Oxford"]);
    assert_eq!([list.at("/items/0/default_shipping"), list.at("/items/1/default_shipping")], ["false", "true"]);
    assert_eq!([list.at("/items/0/default_billing"), list.at("/items/1/default_billing")], ["true", "false"]);

    let path = format!("/v1/me/addresses/{}", second.at("/id"));
    let bob = shop.customer("bob@example.test").await;
    bob.patch(&path, json!({"city": "Paris"})).await.expect_problem(404, "not_found");
    bob.delete(&path).await.expect_problem(404, "not_found");

    let changed = ada.patch(&path, json!({"line2": "Flat 3", "phone": "+44 20 7946 0000"})).await.expect_status(200);
    assert_eq!([changed.at("/city"), changed.at("/line2")], ["Oxford", "Flat 3"]);
    ada.patch(&path, json!({"city": null})).await.expect_problem(422, "invalid_input");
    let emptied = ada.patch(&path, json!({"line2": null})).await.expect_status(200);
    assert!(emptied.json().get("line2").is_none());
    let stale = ada.clone().with_header("if-match", changed.header("etag").unwrap());
    stale.delete(&path).await.expect_problem(412, "precondition_failed");
    ada.delete(&path).await.expect_status(204);
    ada.delete(&path).await.expect_problem(404, "not_found");
    let list = ada.get("/v1/me/addresses").await.expect_status(200);
    assert_eq!(list.at("/items/0/default_shipping"), "true");
    assert_eq!(list.json()["items"].as_array().unwrap().len(), 1);
}

pub async fn the_twentieth_address_is_the_last(shop: Shop) {
    let ada = shop.customer("ada@example.test").await;
    for _ in 0..20 {
        ada.post("/v1/me/addresses", london()).await.expect_status(201);
    }
    ada.post("/v1/me/addresses", london()).await.expect_problem(409, "too_many_addresses");
    assert_eq!(ada.get("/v1/me/addresses").await.json()["items"].as_array().unwrap().len(), 20);
    // All of them go with their owner.
    ada.ask(http::Method::DELETE, "/v1/me", Some(json!({"password": ada.password()}))).await.expect_status(204);
}

pub async fn two_tabs_lose_nothing(shop: Shop) {
    let ada = shop.customer("ada@example.test").await;
    let add = || ada.post("/v1/me/addresses", london());
    let rename = ada.patch("/v1/me", json!({"name": "Ada King"}));
    let (a, b, c, renamed) = tokio::join!(add(), add(), add(), rename);
    for answer in [a, b, c] {
        answer.expect_status(201);
    }
    renamed.expect_status(200);
    assert_eq!(ada.get("/v1/me/addresses").await.json()["items"].as_array().unwrap().len(), 3);
    assert_eq!(ada.get("/v1/me").await.at("/name"), "Ada King");
}

pub async fn of_two_tabs_on_one_address_one_is_told(shop: Shop) {
    let ada = shop.customer("ada@example.test").await;
    let address = ada.post("/v1/me/addresses", london()).await.expect_status(201);
    assert_eq!(address.header("etag"), Some("\"1\""));
    assert_eq!(address.at("/version"), "1");
    let path = format!("/v1/me/addresses/{}", address.at("/id"));
    let careful = ada.clone().with_header("if-match", "\"1\"");
    let (one, two) = tokio::join!(
        careful.patch(&path, json!({"city": "Oxford"})),
        careful.patch(&path, json!({"city": "Cambridge"})),
    );
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
    // Without a version, both count, one after the other.
    let (one, two) = tokio::join!(
        ada.patch(&path, json!({"line2": "Flat 3"})),
        ada.patch(&path, json!({"phone": "+44 20 7946 0000"})),
    );
    one.expect_status(200);
    two.expect_status(200);
    let list = ada.get("/v1/me/addresses").await;
    assert_eq!([list.at("/items/0/line2"), list.at("/items/0/phone")], ["Flat 3", "+44 20 7946 0000"]);
    let (one, two) = tokio::join!(ada.delete(&path), ada.delete(&path));
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 404]);
}
