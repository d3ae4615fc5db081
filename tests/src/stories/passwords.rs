//! Passwords, forgotten and changed.

use std::time::Duration;

use holdfast_testing::Shop;
use serde_json::json;

use super::sessions::refreshes;

const HOUR: Duration = Duration::from_secs(60 * 60);

pub async fn a_forgotten_password_is_reset_and_ends_all_sessions(shop: Shop) {
    let ada = shop.customer("ada@example.test").await;
    let guest = shop.guest();
    let known = guest.post("/v1/auth/forgot-password", json!({"email": "ada@example.test"})).await.expect_status(202);
    let unknown = guest.post("/v1/auth/forgot-password", json!({"email": "no@example.test"})).await.expect_status(202);
    assert_eq!(known.text(), unknown.text());
    shop.settle().await;
    assert!(shop.mails_to("no@example.test").is_empty());
    let token = shop.code_from_mail("ada@example.test");
    let reset = json!({"token": token, "password": "a new beginning"});
    guest.post("/v1/auth/reset-password", reset).await.expect_status(204);
    refreshes(&ada, &ada.refresh_token()).await.expect_problem(401, "invalid_refresh_token");
    let old = json!({"email": "ada@example.test", "password": ada.password()});
    guest.post("/v1/auth/login", old).await.expect_problem(401, "invalid_credentials");
    shop.log_in(guest, "ada@example.test", "a new beginning").await;
}

pub async fn a_reset_code_is_good_for_an_hour_and_once(shop: Shop) {
    let ada = shop.customer("ada@example.test").await;
    let ask = json!({"email": "ada@example.test"});
    ada.post("/v1/auth/forgot-password", ask.clone()).await.expect_status(202);
    shop.settle().await;
    let reset = |token: String| json!({"token": token, "password": "a new beginning"});
    let late = shop.code_from_mail("ada@example.test");
    shop.advance(HOUR);
    ada.post("/v1/auth/reset-password", reset(late)).await.expect_problem(422, "invalid_token");

    ada.post("/v1/auth/forgot-password", ask).await.expect_status(202);
    shop.settle().await;
    let token = shop.code_from_mail("ada@example.test");
    // One code does not do another's work.
    ada.post("/v1/auth/verify-email", json!({"token": token})).await.expect_problem(422, "invalid_token");
    shop.advance(HOUR - Duration::from_secs(1));
    ada.post("/v1/auth/reset-password", reset(token.clone())).await.expect_status(204);
    ada.post("/v1/auth/reset-password", reset(token)).await.expect_problem(422, "invalid_token");
}

pub async fn a_changed_password_ends_the_other_sessions(shop: Shop) {
    let ada = shop.customer("ada@example.test").await;
    let elsewhere = shop.log_in(shop.guest(), "ada@example.test", ada.password()).await;
    let wrong = json!({"current_password": "not hers", "new_password": "a new beginning"});
    let answer = ada.post("/v1/me/password", wrong).await.expect_problem(422, "invalid_input");
    assert_eq!(answer.at("/errors/0/pointer"), "/current_password");
    ada.post("/v1/auth/forgot-password", json!({"email": "ada@example.test"})).await.expect_status(202);
    shop.settle().await;
    let code = shop.code_from_mail("ada@example.test");
    let right = json!({"current_password": ada.password(), "new_password": "a new beginning"});
    ada.post("/v1/me/password", right).await.expect_status(204);
    let late = json!({"token": code, "password": "too late a change"});
    ada.post("/v1/auth/reset-password", late).await.expect_problem(422, "invalid_token");
    refreshes(&elsewhere, &elsewhere.refresh_token()).await.expect_problem(401, "invalid_refresh_token");
    refreshes(&ada, &ada.refresh_token()).await.expect_status(200);
    shop.log_in(shop.guest(), "ada@example.test", "a new beginning").await;
}
