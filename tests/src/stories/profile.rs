//! One's own profile, and its end.

use holdfast_testing::Shop;
use serde_json::json;

use super::registration::registers;
use super::sessions::refreshes;

pub async fn a_profile_is_read_and_changed(shop: Shop) {
    let ada = shop.customer("ada@example.test").await;
    let me = ada.get("/v1/me").await.expect_status(200);
    assert_eq!([me.at("/name"), me.at("/locale"), me.at("/email_verified")], ["Ada Lovelace", "en", "true"]);
    let changed = ada.patch("/v1/me", json!({"name": "Ada King", "locale": "de-CH"})).await.expect_status(200);
    assert_eq!([changed.at("/name"), changed.at("/locale")], ["Ada King", "de-CH"]);
    let me = ada.get("/v1/me").await.expect_status(200);
    assert_eq!(me.text(), changed.text());
    assert_eq!(me.header("etag"), changed.header("etag"));
}

pub async fn a_stale_version_is_refused(shop: Shop) {
    let ada = shop.customer("ada@example.test").await;
    let tag = ada.get("/v1/me").await.header("etag").unwrap().to_owned();
    let careful = ada.with_header("if-match", &tag);
    careful.patch("/v1/me", json!({"name": "Ada King"})).await.expect_status(200);
    careful.patch("/v1/me", json!({"name": "Ada Byron"})).await.expect_problem(412, "precondition_failed");
    assert_eq!(careful.get("/v1/me").await.at("/name"), "Ada King");
}

pub async fn an_erased_person_is_gone(shop: Shop) {
    let ada = shop.customer("ada@example.test").await;
    let address = json!({"name": "Ada", "line1": "12 St James's Square", "city": "London", "postal_code": "SW1Y 4JH", "country": "GB"});
    ada.post("/v1/me/addresses", address).await.expect_status(201);
    ada.ask(http::Method::DELETE, "/v1/me", Some(json!({"password": "not hers"})))
        .await
        .expect_problem(422, "invalid_input");
    ada.ask(http::Method::DELETE, "/v1/me", Some(json!({"password": ada.password()}))).await.expect_status(204);

    ada.get("/v1/me").await.expect_problem(401, "unauthenticated");
    refreshes(&ada, &ada.refresh_token()).await.expect_problem(401, "invalid_refresh_token");
    let login = json!({"email": "ada@example.test", "password": ada.password()});
    ada.post("/v1/auth/login", login).await.expect_problem(401, "invalid_credentials");
    let admin = shop.staff(holdfast_auth::Role::Admin).await;
    let user = admin.get(&format!("/v1/admin/users/{}", ada.user_id())).await.expect_status(200);
    assert_eq!([user.at("/status"), user.at("/email"), user.at("/name")], ["ERASED", "null", "null"]);

    // Whoever has the address next begins anew.
    registers(&shop, "ada@example.test", "correct horse battery").await;
    assert!(!shop.code_from_mail("ada@example.test").starts_with(&ada.user_id()));
}
