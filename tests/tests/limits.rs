//! Limits, at production's values: the last attempt that is admitted, the first that is not, and when the next is.

#![expect(clippy::unwrap_used, reason = "a test may fail where it is surprised, its helpers too")]

use std::net::Ipv4Addr;
use std::time::Duration;

use holdfast_testing::{Answer, Shop};
use serde_json::json;

/// What infra/samconfig.toml gives the stage prod.
const PRODUCTION: [(&str, &str); 4] = [
    ("AuthLimitWindowSeconds", "900"),
    ("AuthLimitPerAddress", "60"),
    ("AuthLimitPerAccount", "10"),
    ("MailLimitPerAccount", "5"),
];

fn production() -> Shop {
    Shop::with_parameters(PRODUCTION)
}

fn waits(answer: &Answer) -> u64 {
    answer.header("retry-after").unwrap().parse().unwrap()
}

async fn guesses(shop: &Shop, email: &str, client: Ipv4Addr) -> Answer {
    let guess = json!({"email": email, "password": "a guess among many"});
    shop.guest().at_address(client).post("/v1/auth/login", guess).await
}

#[test]
fn production_has_these_values() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../infra/samconfig.toml");
    let values = holdfast_local::template::stage_overrides(root.as_ref(), "prod").unwrap();
    let template = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../template.yaml")).unwrap();
    for (name, value) in PRODUCTION {
        let default = template.split(&format!("  {name}:\n")).nth(1).and_then(|rest| rest.split("Default: ").nth(1));
        let default = default.and_then(|rest| rest.lines().next()).unwrap();
        assert_eq!(values.get(name).map_or(default, String::as_str), value, "{name}");
    }
}

#[tokio::test]
async fn the_tenth_guess_at_an_account_is_the_last_of_its_window() {
    let shop = production();
    // Whether or not the address has an account.
    for email in ["ada@example.test", "nobody@example.test"] {
        for nth in 0..10 {
            let client = Ipv4Addr::new(203, 0, 113, nth);
            guesses(&shop, email, client).await.expect_problem(401, "invalid_credentials");
        }
        let refused = guesses(&shop, email, Ipv4Addr::new(203, 0, 113, 99)).await;
        let wait = waits(&refused.expect_problem(429, "too_many_requests"));
        assert!((1..=900).contains(&wait), "{wait}");
    }
    shop.advance(Duration::from_secs(900));
    guesses(&shop, "ada@example.test", Ipv4Addr::new(203, 0, 113, 99)).await.expect_status(401);
}

#[tokio::test]
async fn strangers_cannot_lock_someone_out_at_home() {
    let shop = production();
    let ada = shop.customer("ada@example.test").await;
    let stranger = Ipv4Addr::new(203, 0, 113, 7);
    for _ in 0..12 {
        guesses(&shop, "ada@example.test", stranger).await;
    }
    guesses(&shop, "ada@example.test", stranger).await.expect_status(429);
    shop.log_in(ada.clone(), "ada@example.test", ada.password()).await;
    // At home, too, there is an end to guessing.
    let mut admitted = 0;
    for _ in 0..15 {
        let guess = json!({"email": "ada@example.test", "password": "a guess among many"});
        admitted += u32::from(ada.post("/v1/auth/login", guess).await.status == 401);
    }
    assert_eq!(admitted, 9, "ten at home, her own login among them");
}

#[tokio::test]
async fn the_sixtieth_attempt_of_a_client_is_the_last_of_its_window() {
    let shop = production();
    let client = Ipv4Addr::new(203, 0, 113, 7);
    let token = json!({"token": "nonsense"});
    let guest = shop.guest().at_address(client);
    let tries = || guest.post("/v1/auth/verify-email", token.clone());
    for _ in 0..60 {
        tries().await.expect_problem(422, "invalid_token");
    }
    let wait = waits(&tries().await.expect_problem(429, "too_many_requests"));
    // Another client is none of its business, and a header makes nobody another client.
    shop.guest().post("/v1/auth/verify-email", token.clone()).await.expect_status(422);
    let disguised = shop.guest().at_address(client).with_header("x-forwarded-for", "198.51.100.1");
    disguised.post("/v1/auth/verify-email", token.clone()).await.expect_status(429);
    shop.advance(Duration::from_secs(wait - 1));
    tries().await.expect_status(429);
    shop.advance(Duration::from_secs(1));
    tries().await.expect_status(422);
}

#[tokio::test]
async fn the_fifth_mail_that_a_client_asks_for_is_the_last_of_its_window() {
    let shop = production();
    shop.customer("ada@example.test").await;
    // Whether or not the address has an account; and a stranger's five leave room for its owner's.
    for email in ["ada@example.test", "nobody@example.test"] {
        let (stranger, owner) = (shop.guest(), shop.guest());
        let ask = json!({"email": email});
        for _ in 0..5 {
            stranger.post("/v1/auth/forgot-password", ask.clone()).await.expect_status(202);
        }
        let refused = stranger.post("/v1/auth/forgot-password", ask.clone()).await;
        refused.expect_problem(429, "too_many_requests");
        owner.post("/v1/auth/forgot-password", ask).await.expect_status(202);
    }
}

#[tokio::test]
async fn the_twentieth_mail_to_an_address_is_the_last_of_its_window() {
    let shop = production();
    let ask = json!({"email": "nobody@example.test"});
    for _ in 0..20 {
        shop.guest().post("/v1/auth/forgot-password", ask.clone()).await.expect_status(202);
    }
    shop.guest().post("/v1/auth/forgot-password", ask).await.expect_problem(429, "too_many_requests");
}

#[tokio::test]
async fn a_reset_password_opens_the_door_that_strangers_locked() {
    let shop = production();
    shop.customer("ada@example.test").await;
    for nth in 0..11 {
        guesses(&shop, "ada@example.test", Ipv4Addr::new(203, 0, 113, nth)).await;
    }
    // She is on a journey, where she has never logged in from.
    let ada = shop.guest();
    let login = json!({"email": "ada@example.test", "password": "a new beginning"});
    ada.post("/v1/auth/login", login.clone()).await.expect_problem(429, "too_many_requests");
    ada.post("/v1/auth/forgot-password", json!({"email": "ada@example.test"})).await.expect_status(202);
    shop.settle().await;
    let reset = json!({"token": shop.code_from_mail("ada@example.test"), "password": "a new beginning"});
    ada.post("/v1/auth/reset-password", reset).await.expect_status(204);
    ada.post("/v1/auth/login", login).await.expect_status(200);
}

#[tokio::test]
async fn a_stolen_access_token_does_not_guess_the_password() {
    let shop = production();
    let ada = shop.customer("ada@example.test").await;
    let guess = json!({"current_password": "a guess", "new_password": "a thief's own choice"});
    for _ in 0..10 {
        ada.post("/v1/me/password", guess.clone()).await.expect_status(422);
    }
    ada.post("/v1/me/password", guess).await.expect_problem(429, "too_many_requests");
}

#[tokio::test]
async fn the_fifth_code_to_a_telephone_is_the_last_of_its_window() {
    let shop = production();
    let (ada, bob) = (shop.customer("ada@example.test").await, shop.customer("bob@example.test").await);
    let asks = |number: &str| json!({"kind": "phone", "number": number});
    for _ in 0..5 {
        ada.post("/v1/me/devices", asks("+41791234567")).await.expect_status(201);
    }
    // Neither by whoever has asked so often, nor to a telephone that was woken so often.
    for (who, number) in [(&ada, "+41791234567"), (&ada, "+41797654321"), (&bob, "+41791234567")] {
        let refused = who.post("/v1/me/devices", asks(number)).await.expect_problem(429, "too_many_requests");
        assert!((1..=900).contains(&waits(&refused)));
    }
    bob.post("/v1/me/devices", asks("+41797654321")).await.expect_status(201);
    shop.advance(Duration::from_secs(900));
    let ada = shop.log_in(shop.guest(), ada.email(), ada.password()).await;
    ada.post("/v1/me/devices", asks("+41791234567")).await.expect_status(201);
}
