//! Nobody learns from an answer, or from what it cost, whether an address has an account.

#![expect(clippy::unwrap_used, reason = "a test may fail where it is surprised, its helpers too")]

use holdfast_testing::{Answer, Shop};
use serde_json::{Value, json};

/// What an answer gives away: all of it but names and times.
fn face(answer: &Answer) -> (u16, Value, Vec<String>) {
    let mut body = serde_json::from_slice::<Value>(answer.bytes()).unwrap_or_default();
    if let Some(fields) = body.as_object_mut() {
        fields.remove("request_id");
    }
    let mut headers: Vec<String> = answer.headers.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
    headers.retain(|header| {
        !["x-request-id", "apigw-requestid", "traceresponse"].iter().any(|own| header.starts_with(own))
    });
    headers.sort();
    (answer.status.as_u16(), body, headers)
}

/// Two requests are answered alike, after the same number of round trips: as near as time can be compared without a clock.
async fn alike(shop: &Shop, path: &str, with: Value, without: Value) {
    let asks = || shop.guest().with_header("x-holdfast-explain", "1");
    let with = asks().post(path, with).await;
    let without = asks().post(path, without).await;
    assert!(with.header("x-holdfast-cost").is_some(), "{with:?}");
    let (a, b) = (face(&with), face(&without));
    assert_eq!((a.0, &a.1), (b.0, &b.1), "{path}");
    let trips = |answer: &Answer| answer.header("x-holdfast-cost").unwrap().split(',').next().unwrap().to_owned();
    assert_eq!(trips(&with), trips(&without), "{path}");
    let without_cost = |headers: Vec<String>| -> Vec<String> {
        headers.into_iter().filter(|header| !header.starts_with("x-holdfast-cost")).collect()
    };
    assert_eq!(without_cost(a.2), without_cost(b.2), "{path}");
}

#[tokio::test]
async fn an_account_shows_nowhere() {
    let shop = Shop::open();
    shop.customer("ada@example.test").await;
    let waiting = json!({"email": "waiting@example.test", "password": "correct horse battery", "name": "W"});
    shop.guest().post("/v1/auth/register", waiting).await.expect_status(202);

    let login = |email: &str| json!({"email": email, "password": "not the password"});
    alike(&shop, "/v1/auth/login", login("ada@example.test"), login("nobody@example.test")).await;
    alike(&shop, "/v1/auth/login", login("waiting@example.test"), login("nobody@example.test")).await;
    let email = |email: &str| json!({"email": email});
    for path in ["/v1/auth/forgot-password", "/v1/auth/resend-verification"] {
        for address in ["ada@example.test", "waiting@example.test"] {
            alike(&shop, path, email(address), email("nobody@example.test")).await;
        }
    }
    let register = |email: &str| json!({"email": email, "password": "correct horse battery", "name": "Eve"});
    alike(&shop, "/v1/auth/register", register("ada@example.test"), register("new-1@example.test")).await;
    alike(&shop, "/v1/auth/register", register("waiting@example.test"), register("new-2@example.test")).await;
}
