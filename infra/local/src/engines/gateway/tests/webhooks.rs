use super::*;
use crate::engines::TempFolder;

fn sent(webhooks: Webhooks) -> Bench {
    let bench = Bench::new();
    bench.gateway.sends(webhooks);
    bench
}

#[test]
fn a_signature_is_hmac_sha256_of_the_time_and_the_body() {
    let at = "2026-01-01T00:00:00Z".parse().unwrap();
    let secrets = ["whsec_one".to_owned(), "whsec_two".to_owned()];
    let signed = signature(&secrets[..1], at, r#"{"id":"evt_1"}"#);
    assert_eq!(signed, "t=1767225600,v1=6e3cbd8494ace09bac02c77c1de134909149e92fea07f404612c5ecb9002f6ae");
    let signed = signature(&secrets, at, r#"{"id":"evt_1"}"#);
    assert_eq!(signed.matches(",v1=").count(), 2);
    assert!(
        signed.starts_with("t=1767225600,v1=6e3cbd8494ace09bac02c77c1de134909149e92fea07f404612c5ecb9002f6ae,v1="),
        "{signed}"
    );
}

#[tokio::test]
async fn the_endpoint_is_told_with_a_signature_over_what_it_reads() {
    let bench = Bench::new();
    bench.gateway.signs_with(&["whsec_a", "whsec_b"]);
    let paid = bench
        .ask_again("key_1", "/v1/payment_intents", "amount=500&currency=eur&confirm=true&payment_method=pm_card_visa")
        .await;
    assert!(bench.heard().is_empty());
    bench.settle().await;
    let called = bench.called.lock().unwrap().pop().unwrap();
    let secrets = ["whsec_a".to_owned(), "whsec_b".to_owned()];
    assert_eq!(called.signature, signature(&secrets, bench.clock.now(), &called.body));
    let event = &called.event;
    assert_eq!((event.kind.as_str(), event.pending_webhooks, event.livemode), ("payment_intent.succeeded", 1, false));
    assert_eq!((&event.data.object, event.api_version.as_str()), (&paid.body, API_VERSION));
    assert_eq!(event.request.id.as_deref(), paid.header("request-id"));
    assert_eq!(event.request.idempotency_key.as_deref(), Some("key_1"));
    let read = bench.ask("GET", &format!("/v1/events/{}", event.id), "").await.body;
    assert_eq!(
        (&read["object"], &read["pending_webhooks"], &read["data"]["object"]),
        (&json!("event"), &json!(0), &paid.body)
    );
    let listed = bench.ask("GET", "/v1/events?type=payment_intent.succeeded", "").await.body;
    assert_eq!((listed["data"].as_array().unwrap().len(), &listed["data"][0]["id"]), (1, &read["id"]));
    let none = bench.ask("GET", "/v1/events?type=payment_intent.canceled", "").await.body;
    assert_eq!(none["data"], json!([]));
}

#[tokio::test]
async fn what_is_not_understood_is_told_again_with_growing_pauses_for_three_days() {
    let bench = Bench::new();
    bench.answers.lock().unwrap().extend([500, 302, 404]);
    bench.paid_with("pm_card_visa").await;
    bench.settle().await;
    assert_eq!(bench.heard().len(), 1);
    for pause in [10, 40, 160] {
        bench.pass(pause - 1).await;
        assert!(bench.heard().is_empty());
        bench.pass(1).await;
        assert_eq!(bench.heard().len(), 1);
    }
    // The fourth was understood.
    bench.pass(86_400).await;
    assert!(bench.heard().is_empty());

    bench.answers.lock().unwrap().extend([500; 100]);
    bench.paid_with("pm_card_visa").await;
    let mut tries = 0;
    for _ in 0..8 * 24 {
        bench.pass(3_600).await;
        tries += bench.heard().len();
    }
    // Seven in the first half day, then one every twelve hours.
    assert_eq!(tries, 13);
    assert_eq!(bench.gateway.next_due().unwrap(), None);
}

#[tokio::test]
async fn a_retry_is_signed_anew() {
    let bench = Bench::new();
    bench.answers.lock().unwrap().push_back(503);
    bench.paid_with("pm_card_visa").await;
    bench.settle().await;
    bench.pass(10).await;
    let called = bench.called.lock().unwrap();
    assert_eq!(called[0].body, called[1].body);
    assert_ne!(called[0].signature, called[1].signature);
}

#[tokio::test]
async fn webhooks_come_twice_reversed_late_early_or_never() {
    let twice = sent(Webhooks { copies: 2, ..Webhooks::default() });
    twice.paid_with("pm_card_visa").await;
    twice.settle().await;
    assert_eq!(twice.heard(), ["payment_intent.succeeded", "payment_intent.succeeded"]);

    let reversed = sent(Webhooks { newest_first: true, ..Webhooks::default() });
    let paid = reversed.paid_with("pm_card_visa").await;
    reversed.ask("POST", "/v1/refunds", &format!("payment_intent={}", paid.id())).await;
    reversed.settle().await;
    assert_eq!(reversed.heard(), ["charge.refunded", "refund.created", "payment_intent.succeeded"]);

    let late = sent(Webhooks { delay: Duration::from_secs(600), ..Webhooks::default() });
    late.paid_with("pm_card_visa").await;
    late.pass(599).await;
    assert!(late.heard().is_empty());
    late.pass(1).await;
    assert_eq!(late.heard(), ["payment_intent.succeeded"]);

    let early = sent(Webhooks { before_answer: true, ..Webhooks::default() });
    early.paid_with("pm_card_visa").await;
    assert_eq!(early.heard(), ["payment_intent.succeeded"]);

    let lost = sent(Webhooks { lost: true, ..Webhooks::default() });
    lost.paid_with("pm_card_visa").await;
    lost.pass(86_400).await;
    assert!(lost.heard().is_empty());
    assert_eq!(lost.happened(), ["payment_intent.succeeded"]);
}

/// What the endpoint hears of twenty payments and their refunds before they are answered, afterwards, and within a minute.
async fn heard_of_twenty(kinds: &[Kind], seed: u64) -> [Vec<String>; 3] {
    let bench = Bench::over(Store::memory().unwrap(), Faults::seeded(kinds, seed), 1);
    let mut early = Vec::new();
    for _ in 0..20 {
        let paid = bench.paid_with("pm_card_visa").await;
        early.extend(bench.heard());
        bench.ask("POST", "/v1/refunds", &format!("payment_intent={}", paid.id())).await;
        early.extend(bench.heard());
    }
    bench.settle().await;
    let heard = bench.heard();
    bench.pass(60).await;
    [early, heard, bench.heard()]
}

#[tokio::test]
async fn a_seed_decides_what_goes_wrong() {
    let in_order = ["payment_intent.succeeded", "refund.created", "charge.refunded"].repeat(20);
    assert_eq!(heard_of_twenty(&[], 3).await, [&[], &in_order[..], &[]]);
    let kinds = [Kind::Duplicates, Kind::Reorder, Kind::Delay, Kind::Early];
    let all = heard_of_twenty(&kinds, 3).await;
    assert_eq!(heard_of_twenty(&kinds, 3).await, all);
    assert_ne!(heard_of_twenty(&kinds, 4).await, all);

    let [early, twice, later] = heard_of_twenty(&[Kind::Duplicates], 3).await;
    assert!(early.is_empty() && twice.len() > 60 && later.is_empty());
    let [early, heard, later] = heard_of_twenty(&[Kind::Early], 3).await;
    assert!(!early.is_empty() && later.is_empty());
    assert_eq!([early, heard].concat(), in_order);
    let [early, heard, delayed] = heard_of_twenty(&[Kind::Delay], 3).await;
    assert!(early.is_empty() && !delayed.is_empty() && heard.len() + delayed.len() == 60);
    let [_, mut heard, _] = heard_of_twenty(&[Kind::Reorder], 3).await;
    assert_ne!(heard, in_order);
    let mut sorted = in_order.clone();
    heard.sort_unstable();
    sorted.sort_unstable();
    assert_eq!(heard, sorted);
}

#[tokio::test]
async fn nobody_is_told_where_nobody_listens() {
    let bench = Bench::new();
    bench.gateway.calls(None);
    bench.paid_with("pm_card_visa").await;
    assert_eq!(bench.gateway.events().unwrap()[0].pending_webhooks, 0);
    assert_eq!(bench.gateway.next_due().unwrap(), None);
}

#[tokio::test]
async fn a_gateway_that_died_goes_on_where_it_was() {
    let folder = TempFolder::new("gateway").unwrap();
    let form = "amount=500&currency=eur&confirm=true&payment_method=pm_sandbox_succeedsLate";
    let bench = Bench::over(Store::open(folder.path()).unwrap(), Faults::none(), 1);
    let late = bench.ask_again("key_1", "/v1/payment_intents", form).await;
    drop(bench);
    let bench = Bench::over(Store::open(folder.path()).unwrap(), Faults::none(), 2);
    assert_eq!(bench.ask_again("key_1", "/v1/payment_intents", form).await.body, late.body);
    bench.pass(60).await;
    assert_eq!(bench.heard(), ["payment_intent.processing", "payment_intent.succeeded"]);
    assert_eq!(bench.gateway.intents().unwrap()[0].status, IntentStatus::Succeeded);
}

#[tokio::test]
async fn two_who_look_at_once_tell_once() {
    let bench = Bench::new();
    bench.paid_with("pm_card_visa").await;
    let (one, two) = tokio::join!(bench.gateway.turn(), bench.gateway.turn());
    assert!(one.unwrap() | two.unwrap());
    bench.settle().await;
    assert_eq!(bench.heard(), ["payment_intent.succeeded"]);
}
