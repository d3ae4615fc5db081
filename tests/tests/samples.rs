//! events/ holds an event for each function. Each is handed to its function as Lambda would, in a world that has what
//! it speaks of, and must get the answer that stands here.

#![expect(clippy::unwrap_used, reason = "a test may fail where it is surprised, its helpers too")]

use std::collections::BTreeMap;
use std::path::Path;

use holdfast_auth::Role;
use holdfast_testing::Shop;
use serde_json::{Value, json};

/// What each sample is answered: a status, or for consumers that no record failed.
const ANSWERS: [(&str, Option<u16>); 30] = [
    ("addresses-create", Some(201)),
    ("addresses-delete", Some(204)),
    ("addresses-list", Some(200)),
    ("addresses-update", Some(200)),
    ("auth-forgot-password", Some(202)),
    ("auth-jwks", Some(200)),
    ("auth-login", Some(200)),
    ("auth-logout", Some(204)),
    ("auth-refresh", Some(200)),
    ("auth-register", Some(202)),
    ("auth-resend-verification", Some(202)),
    ("auth-reset-password", Some(204)),
    ("auth-verify-email", Some(204)),
    ("docs-openapi", Some(200)),
    ("docs-page", Some(200)),
    ("event-relay", None),
    ("health", Some(200)),
    ("me-change-password", Some(204)),
    ("me-delete", Some(204)),
    ("me-get", Some(200)),
    ("me-sessions-list", Some(200)),
    ("me-sessions-revoke", Some(204)),
    ("me-update", Some(200)),
    ("not-found", Some(404)),
    ("notifications-send", None),
    ("users-disable", Some(200)),
    ("users-exists", Some(200)),
    ("users-get", Some(200)),
    ("users-list", Some(200)),
    ("users-set-roles", Some(200)),
];

/// A world that has what the samples speak of, and the values of their `${…}`.
async fn seeded() -> (Shop, BTreeMap<&'static str, String>) {
    let shop = Shop::open();
    holdfast_local::seed::account(shop.world(), "customer@demo.test", "holdfast-demo", "Ada Lovelace", &[])
        .await
        .unwrap();
    let customer = shop.log_in(shop.guest(), "customer@demo.test", "holdfast-demo").await;
    let admin = shop.hire("admin@demo.test", &[Role::Admin]).await;
    let address = json!({"name": "Ada", "line1": "1 Street", "city": "London", "postal_code": "1", "country": "GB"});
    let address = customer.post("/v1/me/addresses", address).await.expect_status(201);
    let newcomer = json!({"email": "new@example.com", "password": "correct horse battery", "name": "New"});
    shop.guest().post("/v1/auth/register", newcomer).await.expect_status(202);
    shop.guest().post("/v1/auth/forgot-password", json!({"email": "customer@demo.test"})).await.expect_status(202);
    shop.settle().await;
    let values = BTreeMap::from([
        ("customer_token", customer.access_token()),
        ("admin_token", admin.access_token()),
        ("refresh_token", customer.refresh_token()),
        ("customer_id", customer.user_id()),
        ("session_id", customer.get("/v1/me/sessions").await.at("/items/0/id")),
        ("address_id", address.at("/id")),
        ("verification_code", shop.code_from_mail("new@example.com")),
        ("reset_code", shop.code_from_mail("customer@demo.test")),
    ]);
    (shop, values)
}

fn sample(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events").join(format!("{name}.json"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[tokio::test]
async fn every_sample_is_handled() {
    let (first, _) = seeded().await;
    let bins: Vec<&str> = first.world().stack().functions.iter().map(|function| function.bin.as_str()).collect();
    for bin in bins {
        assert!(ANSWERS.iter().any(|(name, _)| *name == bin), "{bin} has no sample: write events/{bin}.json");
    }
    for (name, status) in ANSWERS {
        let (shop, values) = seeded().await;
        let text = values.iter().fold(sample(name), |text, (value, real)| text.replace(&format!("${{{value}}}"), real));
        assert!(!text.contains("${"), "{name}: a value is unknown: {text}");
        let event: Value = serde_json::from_str(&text).unwrap();
        let mails = shop.mails().len();
        let known = shop.world().engines().events.archived().unwrap().len();
        let answer = shop.world().invoke(name, event).await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        match status {
            Some(status) => assert_eq!(answer["statusCode"], status, "{name}: {answer}"),
            None => assert_eq!(answer, json!({"batchItemFailures": []}), "{name}"),
        }
        let published = shop.world().engines().events.archived().unwrap().len();
        if name == "event-relay" {
            assert_eq!(published, known + 1, "the event is published");
        }
        shop.settle().await;
        if name == "notifications-send" {
            assert_eq!(shop.mails().len(), mails + 1, "the mail is sent");
        }
    }
}
