use super::*;

const ONE: &str = "amount=500&currency=eur";

#[tokio::test]
async fn only_the_key_opens() {
    let bench = Bench::new();
    let encoded = |user: &str| format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(user));
    for wrong in ["", "Bearer sk_live_sandbox", "sk_test_sandbox", &encoded("sk_test_sandbox"), &encoded("x:")] {
        let refused = bench.ask_with("POST", "/v1/payment_intents", ONE, &[("authorization", wrong)]).await;
        assert_eq!(refused.error(), (401, "invalid_request_error", None, None));
        assert!(refused.header("www-authenticate").is_some());
    }
    let basic = bench.ask_with("GET", "/v1/account", "", &[("authorization", &encoded("sk_test_sandbox:"))]).await;
    assert_eq!((basic.status, basic.id()), (200, "acct_sandbox"));
}

#[tokio::test]
async fn answers_bear_their_requests_id_and_version() {
    let bench = Bench::new();
    let usual = bench.ask("GET", "/v1/account", "").await;
    assert!(usual.header("request-id").unwrap().starts_with("req_"));
    assert_eq!(usual.header("stripe-version"), Some(API_VERSION));
    let pinned = bench.ask_with("GET", "/v1/account", "", &[("stripe-version", "2025-01-27.acacia")]).await;
    assert_eq!(pinned.header("stripe-version"), Some("2025-01-27.acacia"));
    assert_ne!(pinned.header("request-id"), usual.header("request-id"));
    let wrong = bench.ask_with("GET", "/v1/account", "", &[("stripe-version", "newest")]).await;
    assert_eq!(wrong.error().0, 400);
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let bench = Bench::new();
    for (path, param) in [
        ("/v1/payment_intents/pi_none", Some("intent")),
        ("/v1/refunds/re_none", Some("id")),
        ("/v1/charges/ch_none", Some("id")),
        ("/v1/events/evt_none", Some("id")),
        ("/v1/customers", None),
        ("/v1/payment_intents/pi_none/capture", None),
    ] {
        let code = param.map(|_| "resource_missing");
        assert_eq!(bench.ask("GET", path, "").await.error(), (404, "invalid_request_error", code, param), "{path}");
    }
    // An id is of one kind.
    let made = bench.ask("POST", "/v1/payment_intents", ONE).await;
    assert_eq!(bench.ask("GET", &format!("/v1/charges/{}", made.id()), "").await.status, 404);
    let page = bench.ask("GET", "/v1/payment_intents?starting_after=pi_none", "").await;
    assert_eq!(page.error(), (400, "invalid_request_error", Some("resource_missing"), Some("starting_after")));
    let unknown = bench.ask("GET", &format!("/v1/payment_intents/{}?expand[]=customer", made.id()), "").await;
    assert_eq!(unknown.error(), (400, "invalid_request_error", Some("parameter_unknown"), Some("expand")));
}

#[tokio::test]
async fn a_key_is_answered_the_same_for_a_day() {
    let bench = Bench::new();
    let first = bench.ask_again("key_1", "/v1/payment_intents", "amount=500&currency=eur").await;
    assert_eq!((first.header("idempotency-key"), first.header("idempotent-replayed")), (Some("key_1"), None));
    bench.clock.advance(Duration::from_secs(86_399));
    let again = bench.ask_again("key_1", "/v1/payment_intents", "currency=eur&amount=500").await;
    assert_eq!((again.status, &again.body), (200, &first.body));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.header("original-request"), first.header("request-id"));
    for (path, form) in [("/v1/payment_intents", "amount=501&currency=eur"), ("/v1/refunds", "amount=500&currency=eur")]
    {
        assert_eq!(bench.ask_again("key_1", path, form).await.error(), (400, "idempotency_error", None, None));
    }
    assert_eq!(bench.gateway.intents().unwrap().len(), 1);
    bench.clock.advance(Duration::from_secs(1));
    let fresh = bench.ask_again("key_1", "/v1/payment_intents", "amount=500&currency=eur").await;
    assert_ne!(fresh.body["id"], first.body["id"]);
    let long = |length: usize| "k".repeat(length);
    assert_eq!(bench.ask_again(&long(255), "/v1/payment_intents", ONE).await.status, 200);
    assert_eq!(bench.ask_again(&long(256), "/v1/payment_intents", ONE).await.error().1, "idempotency_error");
}

#[tokio::test]
async fn a_key_keeps_what_was_begun_and_forgets_what_was_not() {
    let bench = Bench::new();
    let declined = "amount=500&currency=eur&confirm=true&payment_method=pm_card_chargeDeclined";
    let first = bench.ask_again("declined", "/v1/payment_intents", declined).await;
    let again = bench.ask_again("declined", "/v1/payment_intents", declined).await;
    assert_eq!((again.status, &again.body), (402, &first.body));
    assert_eq!(bench.happened(), ["payment_intent.payment_failed"]);
    // A request that was never understood leaves its key free.
    assert_eq!(bench.ask_again("typo", "/v1/payment_intents", "amount=x&currency=eur").await.status, 400);
    assert_eq!(bench.ask_again("typo", "/v1/payment_intents", ONE).await.status, 200);
}

#[tokio::test]
async fn a_failure_of_the_api_is_replayed_and_one_in_front_of_it_is_not() {
    let bench = Bench::new();
    bench.gateway.fails_with(500);
    assert_eq!(bench.ask_again("a", "/v1/payment_intents", ONE).await.error(), (500, "api_error", None, None));
    bench.gateway.fails_with(503);
    assert_eq!(bench.ask_again("b", "/v1/payment_intents", ONE).await.error(), (503, "api_error", None, None));
    bench.gateway.recovers();
    assert!(bench.gateway.intents().unwrap().is_empty());
    let replayed = bench.ask_again("a", "/v1/payment_intents", ONE).await;
    assert_eq!((replayed.status, replayed.header("idempotent-replayed")), (500, Some("true")));
    assert_eq!(bench.ask_again("b", "/v1/payment_intents", ONE).await.status, 200);
    assert_eq!(bench.ask_again("c", "/v1/payment_intents", ONE).await.status, 200);
}

#[tokio::test]
async fn a_failure_may_come_after_the_deed() {
    let bench = Bench::new();
    for (status, again) in [(500, 500), (502, 200)] {
        bench.gateway.fails_after(status);
        let key = status.to_string();
        assert_eq!(bench.ask_again(&key, "/v1/payment_intents", ONE).await.status, status);
        bench.gateway.recovers();
        assert_eq!(bench.ask_again(&key, "/v1/payment_intents", ONE).await.status, again);
    }
    assert_eq!(bench.gateway.intents().unwrap().len(), 2);
}

#[tokio::test]
async fn a_gateway_that_hangs_answers_nobody_until_it_recovers() {
    let bench = Bench::new();
    bench.gateway.hangs();
    let mut asked = std::pin::pin!(bench.ask("POST", "/v1/payment_intents", ONE));
    for _ in 0..10 {
        assert!(futures::poll!(&mut asked).is_pending());
    }
    assert!(bench.gateway.intents().unwrap().is_empty());
    bench.gateway.recovers();
    let said = asked.await;
    assert_eq!(said.error(), (504, "api_error", None, None));
    assert_eq!(bench.ask("POST", "/v1/payment_intents", ONE).await.status, 200);
    assert_eq!(bench.gateway.intents().unwrap().len(), 1);
}

#[tokio::test]
async fn a_card_is_refused_and_nothing_of_it_is_kept() {
    let bench = Bench::new();
    for field in ["card[number]", "payment_method_data[card][number]", "source[number]"] {
        let form = format!("{ONE}&confirm=true&{field}=4242424242424242");
        let refused = bench.ask_again("key_1", "/v1/payment_intents", &form).await;
        assert_eq!(refused.error(), (402, "invalid_request_error", None, None));
        assert!(!refused.body.to_string().contains("4242"));
    }
    let kept: i64 = bench
        .gateway
        .store
        .with(|db| {
            db.query_row(
                "SELECT (SELECT COUNT(*) FROM gateway_objects) + (SELECT COUNT(*) FROM gateway_keys)",
                [],
                |row| row.get(0),
            )
        })
        .unwrap();
    assert_eq!(kept, 0);
}

#[tokio::test]
async fn a_body_is_a_form() {
    let bench = Bench::new();
    let headers = [("content-type", "application/json")];
    let refused = bench.ask_with("POST", "/v1/payment_intents", r#"{"amount":500}"#, &headers).await;
    assert_eq!(refused.error(), (400, "invalid_request_error", None, None));
}
