//! Staying logged in, and not.

use std::time::Duration;

use holdfast_testing::{Actor, Shop};
use serde_json::json;

const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

pub(super) async fn refreshes(actor: &Actor, token: &str) -> holdfast_testing::Answer {
    actor.post("/v1/auth/refresh", json!({"refresh_token": token})).await
}

pub async fn a_token_is_good_to_its_second(shop: Shop) {
    let ada = shop.customer("ada@example.test").await;
    shop.advance(Duration::from_secs(900) - SECOND);
    ada.get("/v1/me").await.expect_status(200);
    shop.advance(SECOND);
    let answer = ada.get("/v1/me").await.expect_problem(401, "unauthenticated");
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
}

pub async fn a_refresh_token_is_good_once_and_its_reuse_ends_the_session(shop: Shop) {
    let ada = shop.customer("ada@example.test").await;
    let first = ada.refresh_token();
    shop.advance(SECOND);
    let answer = refreshes(&ada, &first).await.expect_status(200);
    let second = answer.at("/refresh_token");
    assert_ne!(first, second);
    assert_ne!(answer.at("/access_token"), ada.access_token());
    let third = refreshes(&ada, &second).await.expect_status(200).at("/refresh_token");
    // A thief comes with the first one. Neither of the two goes on.
    refreshes(&ada, &first).await.expect_problem(401, "invalid_refresh_token");
    refreshes(&ada, &third).await.expect_problem(401, "invalid_refresh_token");
    // Another session of hers is none of the thief's business.
    shop.log_in(shop.guest(), "ada@example.test", ada.password()).await;
}

pub async fn a_forged_refresh_token_harms_nobody(shop: Shop) {
    let ada = shop.customer("ada@example.test").await;
    let own = ada.refresh_token();
    let (ids, _) = own.rsplit_once('.').unwrap().0.rsplit_once('.').unwrap();
    let secret = "A".repeat(43);
    let forged = format!("{ids}.{secret}.{secret}");
    refreshes(&ada, &forged).await.expect_problem(401, "invalid_refresh_token");
    ada.post("/v1/auth/logout", json!({"refresh_token": forged})).await.expect_status(204);
    refreshes(&ada, &ada.access_token()).await.expect_problem(401, "invalid_refresh_token");
    refreshes(&ada, &own).await.expect_status(200);
}

pub async fn a_session_ends_when_it_is_left_alone(shop: Shop) {
    let ada = shop.customer("ada@example.test").await;
    shop.advance(30 * DAY - SECOND);
    let next = refreshes(&ada, &ada.refresh_token()).await.expect_status(200).at("/refresh_token");
    shop.advance(30 * DAY);
    refreshes(&ada, &next).await.expect_problem(401, "invalid_refresh_token");

    // However often it is used, it has an end.
    let bob = shop.customer("bob@example.test").await;
    let mut token = bob.refresh_token();
    for _ in 0..4 {
        shop.advance(20 * DAY);
        token = refreshes(&bob, &token).await.expect_status(200).at("/refresh_token");
    }
    shop.advance(10 * DAY);
    refreshes(&bob, &token).await.expect_problem(401, "invalid_refresh_token");
}

pub async fn logging_out_ends_a_session(shop: Shop) {
    let ada = shop.customer("ada@example.test").await;
    let elsewhere = shop.log_in(shop.guest(), "ada@example.test", ada.password()).await;
    let first = ada.refresh_token();
    refreshes(&ada, &first).await.expect_status(200);
    // An earlier token says well enough which session is meant.
    ada.post("/v1/auth/logout", json!({"refresh_token": first})).await.expect_status(204);
    ada.post("/v1/auth/logout", json!({"refresh_token": first})).await.expect_status(204);
    ada.post("/v1/auth/logout", json!({"refresh_token": "no token at all"})).await.expect_status(204);
    refreshes(&elsewhere, &elsewhere.refresh_token()).await.expect_status(200);
    // A token whose time is over is no reason to stay.
    let late = elsewhere.clone().with_token("of yesterday");
    late.post("/v1/auth/logout", json!({"refresh_token": elsewhere.refresh_token()})).await.expect_status(204);
    ada.post("/v1/auth/logout", json!({})).await.expect_problem(422, "invalid_input");
}

pub async fn logging_out_everywhere_ends_them_all(shop: Shop) {
    let ada = shop.customer("ada@example.test").await;
    let elsewhere = shop.log_in(shop.guest(), "ada@example.test", ada.password()).await;
    let everywhere = json!({"everywhere": true});
    ada.clone().logged_out().post("/v1/auth/logout", everywhere.clone()).await.expect_problem(401, "unauthenticated");
    ada.post("/v1/auth/logout", everywhere).await.expect_status(204);
    for actor in [&ada, &elsewhere] {
        refreshes(actor, &actor.refresh_token()).await.expect_problem(401, "invalid_refresh_token");
    }
}

pub async fn sessions_are_listed_and_revoked(shop: Shop) {
    let ada = shop.customer("ada@example.test").await;
    shop.advance(SECOND);
    let phone = shop.guest().with_header("user-agent", "Mozilla/5.0 (Android 16; Mobile) Firefox/145.0");
    let phone = shop.log_in(phone, "ada@example.test", ada.password()).await;
    let list = ada.get("/v1/me/sessions").await.expect_status(200);
    assert_eq!(list.at("/items/0/device"), "Firefox on Android");
    assert_eq!([list.at("/items/0/current"), list.at("/items/1/current")], ["false", "true"]);
    assert_eq!(list.at("/next_cursor"), "null");

    let path = format!("/v1/me/sessions/{}", list.at("/items/0/id"));
    let bob = shop.customer("bob@example.test").await;
    bob.delete(&path).await.expect_problem(404, "not_found");
    ada.delete(&path).await.expect_status(204);
    ada.delete(&path).await.expect_problem(404, "not_found");
    refreshes(&phone, &phone.refresh_token()).await.expect_problem(401, "invalid_refresh_token");
    assert_eq!(ada.get("/v1/me/sessions").await.json()["items"].as_array().unwrap().len(), 1);
}
