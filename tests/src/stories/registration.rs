//! Becoming a customer.

use std::time::Duration;

use holdfast_testing::Shop;
use serde_json::json;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const SECOND: Duration = Duration::from_secs(1);

/// Registers, and lets the mail arrive.
pub(super) async fn registers(shop: &Shop, email: &str, password: &str) {
    let body = json!({"email": email, "password": password, "name": "Ada Lovelace"});
    shop.guest().post("/v1/auth/register", body).await.expect_status(202);
    shop.settle().await;
}

pub async fn someone_registers_and_logs_in(shop: Shop) {
    registers(&shop, "Ada@Example.test", "correct horse battery").await;
    let mails = shop.mails_to("ada@example.test");
    assert_eq!(mails.len(), 1);
    let ada = shop.guest();
    let login = json!({"email": "ada@example.test", "password": "correct horse battery"});
    ada.post("/v1/auth/login", login.clone()).await.expect_problem(401, "invalid_credentials");

    let token = shop.code_from_mail("ada@example.test");
    ada.post("/v1/auth/verify-email", json!({"token": token})).await.expect_status(204);
    let answer = ada.post("/v1/auth/login", login).await.expect_status(200);
    assert_eq!(answer.at("/token_type"), "Bearer");
    assert_eq!(answer.at("/expires_in"), "900");
    assert_eq!(answer.at("/user/email"), "ada@example.test");
    assert_eq!(answer.at("/user/roles"), "[]");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    ada.with_token(&answer.at("/access_token")).get("/v1/me").await.expect_status(200);
}

pub async fn an_address_with_an_account_hears_of_it_by_mail_alone(shop: Shop) {
    let fresh = json!({"email": "new@example.test", "password": "another password", "name": "Eve"});
    let fresh = shop.guest().post("/v1/auth/register", fresh).await.expect_status(202);
    let ada = shop.customer("ada@example.test").await;
    let again = json!({"email": "ada@example.test", "password": "another password", "name": "Eve"});
    let again = shop.guest().post("/v1/auth/register", again).await.expect_status(202);
    assert_eq!(again.text(), fresh.text());

    shop.settle().await;
    let mails = shop.mails_to("ada@example.test");
    assert_eq!(mails.len(), 2);
    let note = &mails[1];
    assert!(note.subject.contains("already"), "{note:?}");
    assert!(!note.text.contains("token="), "a note carries no code: {note:?}");
    shop.log_in(shop.guest(), "ada@example.test", ada.password()).await;
}

pub async fn a_code_is_good_once(shop: Shop) {
    registers(&shop, "ada@example.test", "correct horse battery").await;
    let (ada, body) = (shop.guest(), json!({"token": shop.code_from_mail("ada@example.test")}));
    ada.post("/v1/auth/verify-email", body.clone()).await.expect_status(204);
    ada.post("/v1/auth/verify-email", body).await.expect_problem(422, "invalid_token");
}

pub async fn a_code_is_good_for_a_day(shop: Shop) {
    registers(&shop, "ada@example.test", "correct horse battery").await;
    registers(&shop, "bob@example.test", "correct horse battery").await;
    let guest = shop.guest();
    shop.advance(DAY - SECOND);
    let ada = json!({"token": shop.code_from_mail("ada@example.test")});
    guest.post("/v1/auth/verify-email", ada).await.expect_status(204);
    shop.advance(SECOND);
    let bob = json!({"token": shop.code_from_mail("bob@example.test")});
    guest.post("/v1/auth/verify-email", bob).await.expect_problem(422, "invalid_token");
}

pub async fn a_newer_code_voids_the_one_before(shop: Shop) {
    registers(&shop, "ada@example.test", "correct horse battery").await;
    let first = shop.code_from_mail("ada@example.test");
    let ada = shop.guest();
    let email = json!({"email": "ada@example.test"});
    ada.post("/v1/auth/resend-verification", email.clone()).await.expect_status(202);
    shop.settle().await;
    let second = shop.code_from_mail("ada@example.test");
    assert_ne!(first, second);
    ada.post("/v1/auth/verify-email", json!({"token": first})).await.expect_problem(422, "invalid_token");
    ada.post("/v1/auth/verify-email", json!({"token": second})).await.expect_status(204);

    // Verified, or never heard of: nothing is mailed, and the answer is the same.
    let before = shop.mails().len();
    let verified = ada.post("/v1/auth/resend-verification", email).await.expect_status(202);
    let unknown = json!({"email": "nobody@example.test"});
    let unknown = ada.post("/v1/auth/resend-verification", unknown).await.expect_status(202);
    shop.settle().await;
    assert_eq!(verified.text(), unknown.text());
    assert_eq!(shop.mails().len(), before);
}

pub async fn no_stranger_opens_an_account_with_a_password_of_theirs(shop: Shop) {
    for (email, first, second) in [
        ("ada@example.test", "what a thief chose", "what ada chose"),
        ("bob@example.test", "what bob chose", "what a thief chose"),
    ] {
        registers(&shop, email, first).await;
        registers(&shop, email, second).await;
        let guest = shop.guest();
        let token = shop.code_from_mail(email);
        guest.post("/v1/auth/verify-email", json!({"token": token})).await.expect_status(204);
        for password in [first, second] {
            let login = json!({"email": email, "password": password});
            guest.post("/v1/auth/login", login).await.expect_problem(401, "invalid_credentials");
        }
        // The address's owner hears of it where nobody else does.
        shop.settle().await;
        let reset = json!({"token": shop.code_from_mail(email), "password": "a new beginning"});
        guest.post("/v1/auth/reset-password", reset).await.expect_status(204);
        shop.log_in(guest, email, "a new beginning").await;
    }
}

pub async fn registering_twice_alike_is_registering(shop: Shop) {
    registers(&shop, "ada@example.test", "correct horse battery").await;
    registers(&shop, "ada@example.test", "correct horse battery").await;
    let (ada, token) = (shop.guest(), shop.code_from_mail("ada@example.test"));
    ada.post("/v1/auth/verify-email", json!({"token": token})).await.expect_status(204);
    shop.log_in(ada, "ada@example.test", "correct horse battery").await;
}

pub async fn twins_register_once(shop: Shop) {
    let body = json!({"email": "ada@example.test", "password": "correct horse battery", "name": "Ada"});
    let (one, two) = (shop.guest(), shop.guest());
    let (a, b) = tokio::join!(one.post("/v1/auth/register", body.clone()), two.post("/v1/auth/register", body));
    assert_eq!(a.expect_status(202).text(), b.expect_status(202).text());
    shop.settle().await;
    // The later code counts, and its mail need not be the later one.
    let mut verified = 0;
    for token in shop.codes_from_mail("ada@example.test") {
        verified += u32::from(one.post("/v1/auth/verify-email", json!({"token": token})).await.status == 204);
    }
    assert_eq!(verified, 1);
    shop.log_in(one, "ada@example.test", "correct horse battery").await;
    let admin = shop.staff(holdfast_auth::Role::Admin).await;
    let users = admin.get("/v1/admin/users").await.expect_status(200).json();
    let adas = users["items"].as_array().unwrap().iter().filter(|user| user["email"] == "ada@example.test");
    assert_eq!(adas.count(), 1);
}
