//! What the gateway tells is believed by its signature, done once, and held against what was ordered.

use std::collections::BTreeSet;
use std::time::Duration;

use holdfast_core::OrderId;
use holdfast_http::{IdempotencyKey, ServerKey, Signatures};
use holdfast_local::Bytes;
use holdfast_local::engines::gateway::{WEBHOOK_SECRET, Webhooks};
use holdfast_runtime::FromInit;
use holdfast_testing::{Answer, Shop};
use serde_json::{Value, json};

use super::carts::{fills, sells};
use super::checkout::{guest_order, order};
use super::payments::{at_the_gateway, intent, payments, pays, stands};
use super::stock::balance;

/// An event of a paid intent, as the gateway would write it.
pub fn succeeded(event: &str, intent: &str, order: &str, amount: i64) -> Value {
    json!({
        "id": event, "object": "event", "type": "payment_intent.succeeded", "livemode": false, "created": 1_767_225_600,
        "data": {"object": {
            "id": intent, "object": "payment_intent", "status": "succeeded", "livemode": false,
            "amount": amount, "amount_received": amount, "currency": "usd", "metadata": {"order_id": order},
        }},
    })
}

/// Sends a body with this signature, or with none.
pub async fn tells_with(shop: &Shop, body: impl Into<Bytes>, signature: Option<&str>) -> Answer {
    let request = http::Request::post("/v1/webhooks/payments").header("content-type", "application/json");
    let request = match signature {
        Some(signature) => request.header("stripe-signature", signature),
        None => request,
    };
    shop.guest().send(request.body(body.into()).unwrap()).await
}

/// Tells an event, signed as it should be.
pub async fn tells(shop: &Shop, event: &Value) -> Answer {
    let body = event.to_string();
    let signature = Signatures::of(WEBHOOK_SECRET).header(body.as_bytes(), shop.now());
    tells_with(shop, body, Some(&signature)).await
}

/// How many events of this type there are, however often each was published.
fn published(shop: &Shop, kind: &str) -> usize {
    let archived = shop.world().engines().events.archived().unwrap();
    let events = archived.iter().map(|archived| &archived.event["detail"]).filter(|event| event["type"] == kind);
    events.map(|event| event["id"].to_string()).collect::<BTreeSet<_>>().len()
}

pub async fn nobody_but_the_gateway_is_believed(shop: Shop) {
    sells(&shop, &[("MUG", 1999, 10)]).await;
    let (guest, placed) = guest_order(&shop, "MUG", 1).await;
    let id = intent(&guest, &placed).await;
    let body = succeeded("evt_1", &id, &placed.at("/id"), 2699).to_string();
    let gateway = Signatures::of(WEBHOOK_SECRET);
    let good = gateway.header(body.as_bytes(), shop.now());
    let (time, v1) = good.split_once(',').unwrap();
    let ago = |seconds: u64| gateway.header(body.as_bytes(), shop.now() - Duration::from_secs(seconds));
    let ahead = |seconds: u64| gateway.header(body.as_bytes(), shop.now() + Duration::from_secs(seconds));
    let pretty = serde_json::to_string_pretty(&succeeded("evt_1", &id, &placed.at("/id"), 2699)).unwrap();
    let with_mark = [b"\xef\xbb\xbf", body.as_bytes()].concat();
    let changed = body.replace("evt_1", "evt_2");
    let wrong: [(&str, Vec<u8>, Option<String>); 14] = [
        ("no signature", body.clone().into(), None),
        ("an empty one", body.clone().into(), Some(String::new())),
        ("v0 only", body.clone().into(), Some(good.replace("v1=", "v0="))),
        (
            "another secret",
            body.clone().into(),
            Some(Signatures::of("whsec_other").header(body.as_bytes(), shop.now())),
        ),
        ("a byte changed", changed.into(), Some(good.clone())),
        ("two times", body.clone().into(), Some(format!("{time},{good}"))),
        ("a negative time", body.clone().into(), Some(good.replace("t=", "t=-"))),
        ("a huge time", body.clone().into(), Some(format!("t=99999999999999999999,{v1}"))),
        ("301 s in the future", body.clone().into(), Some(ahead(301))),
        ("301 s old", body.clone().into(), Some(ago(301))),
        ("a mark before it", with_mark, Some(good.clone())),
        ("written anew", pretty.into(), Some(good.clone())),
        ("no time", body.clone().into(), Some(v1.to_owned())),
        ("no JSON, signed", b"{".to_vec(), Some(gateway.header(b"{", shop.now()))),
    ];
    for (name, body, signature) in wrong {
        let answer = tells_with(&shop, body, signature.as_deref()).await;
        assert_eq!(answer.status.as_u16(), 400, "{name}: {answer:?}");
    }
    tells_with(&shop, vec![b' '; 1_000_001], Some(&good)).await.expect_problem(413, "body_too_large");
    for event in [json!([]), json!({}), json!({"id": "evt/1", "type": "x", "livemode": false, "data": {"object": {}}})]
    {
        tells(&shop, &event).await.expect_problem(400, "malformed_request");
    }
    let mut lame = succeeded("evt_3", &id, &placed.at("/id"), 2699);
    lame["data"]["object"]["currency"] = json!("xxz");
    tells(&shop, &lame).await.expect_problem(400, "malformed_request");
    assert_eq!(stands(&guest, &placed).await, ["PENDING", "NONE"], "nothing of it has paid");
    // 299 s old is the gateway's own retry; and so is one of two signatures, while secrets change.
    tells_with(&shop, body.clone(), Some(&ago(299))).await.expect_status(200);
    assert_eq!(stands(&guest, &placed).await, ["PAID", "PAID"]);
    let both = format!("{},{v1}", Signatures::of("whsec_other").header(body.as_bytes(), shop.now()));
    let again = tells_with(&shop, body, Some(&both)).await.expect_status(200);
    assert_eq!(again.at("/again"), "true");
    shop.settle().await;
}

pub async fn a_duplicate_costs_one_read(shop: Shop) {
    sells(&shop, &[("MUG", 1999, 10)]).await;
    let (guest, placed) = guest_order(&shop, "MUG", 1).await;
    let id = intent(&guest, &placed).await;
    let body = succeeded("evt_1", &id, &placed.at("/id"), 2699).to_string();
    let signature = Signatures::of(WEBHOOK_SECRET).header(body.as_bytes(), shop.now());
    let gateway = shop.guest().with_header("x-holdfast-explain", "1");
    let mut costs = Vec::new();
    for _ in 0..2 {
        let request = http::Request::post("/v1/webhooks/payments").header("content-type", "application/json");
        let request = request.header("stripe-signature", &signature).body(Bytes::from(body.clone())).unwrap();
        let told = gateway.send(request).await.expect_status(200);
        costs.push(told.header("x-holdfast-cost").unwrap().to_owned());
    }
    // The inbox, the payment beside its order, and one transaction; then the inbox alone.
    assert!(costs[0].starts_with("round_trips=4, "), "{costs:?}");
    assert!(costs[1].starts_with("round_trips=1, ") && costs[1].contains("write_units=0,"), "{costs:?}");
    shop.settle().await;
}

pub async fn what_is_not_what_was_ordered_pays_for_nothing(shop: Shop) {
    let (_, keeper) = sells(&shop, &[("MUG", 1999, 10)]).await;
    let (guest, placed) = guest_order(&shop, "MUG", 1).await;
    let (id, order) = (intent(&guest, &placed).await, placed.at("/id"));
    let mut live = succeeded("evt_live", &id, &order, 2699);
    live["livemode"] = json!(true);
    let mut others = succeeded("evt_others", &id, &order, 2699);
    others["account"] = json!("acct_somebody");
    for event in [live, others] {
        for again in ["false", "true"] {
            assert_eq!(tells(&shop, &event).await.expect_status(200).at("/again"), again);
        }
    }
    assert_eq!(stands(&guest, &placed).await, ["PENDING", "NONE"]);
    shop.settle().await;
    assert_eq!(published(&shop, "payments.payment-mismatched.v1"), 2);
    // Less money than was asked for, and money of another kind.
    tells(&shop, &succeeded("evt_less", "pi_less", &order, 2698)).await.expect_status(200);
    let mut euros = succeeded("evt_euros", "pi_euros", &order, 2699);
    euros["data"]["object"]["currency"] = json!("eur");
    tells(&shop, &euros).await.expect_status(200);
    shop.settle().await;
    assert_eq!(
        (stands(&guest, &placed).await, balance(&keeper, "MUG").await),
        (["PENDING".to_owned(), "NONE".to_owned()], [9, 1])
    );
    assert_eq!(published(&shop, "payments.payment-mismatched.v1"), 4);
    // What should have come still can.
    pays(&shop, &guest, &placed, "pm_card_visa").await;
    assert_eq!(stands(&guest, &placed).await, ["PAID", "PAID"]);
    // A type that nobody here knows is kept and ignored.
    let strange = json!({"id": "evt_s", "type": "radar.early_fraud_warning.created", "livemode": false, "data": {"object": {"id": "x"}}});
    for again in ["false", "true"] {
        assert_eq!(tells(&shop, &strange).await.expect_status(200).at("/again"), again);
    }
    let ours = json!({"id": "evt_r", "type": "refund.updated", "livemode": true, "data": {"object": {"id": "re_1", "amount": 5, "currency": "usd", "status": "failed", "metadata": {}}}});
    tells(&shop, &ours).await.expect_status(200);
    shop.settle().await;
}

pub async fn money_without_an_order_goes_back_after_a_day(shop: Shop) {
    sells(&shop, &[("MUG", 1999, 10)]).await;
    for (metadata, failing) in [("", ""), ("&metadata[order_id]=ord_00000000000000000000000000", "fails")] {
        let form = format!("amount=500&currency=usd&confirm=true&payment_method=pm_card_visa{metadata}");
        at_the_gateway(&shop, "/payment_intents", &form).await.expect_status(200);
        if !failing.is_empty() {
            let form = form.replace("pm_card_visa", "pm_card_chargeDeclined");
            at_the_gateway(&shop, "/payment_intents", &form).await.expect_status(402);
        }
    }
    shop.settle().await;
    // Two captures and a failed attempt wait for their orders; an hour later nobody believes in them any more.
    assert_eq!(
        (published(&shop, "payments.webhook-parked.v1"), published(&shop, "payments.money-unmatched.v1")),
        (3, 0)
    );
    shop.advance(Duration::from_secs(3_600));
    shop.settle().await;
    assert_eq!(published(&shop, "payments.money-unmatched.v1"), 2);
    let support = || shop.staff(holdfast_auth::Role::Support);
    let list = support().await.get("/v1/admin/payments?status=UNMATCHED").await.expect_status(200).json();
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
    assert!(shop.gateway().refunds().unwrap().is_empty(), "people may still find out whose it is");
    for alarm in ["payments-reconcile", "webhooks-parked-retry"] {
        assert!(shop.world().invoke(alarm, json!({})).await.is_err(), "{alarm} calls people");
    }
    shop.advance(Duration::from_secs(24 * 3_600));
    shop.settle().await;
    shop.settle().await;
    let refunds = shop.gateway().refunds().unwrap();
    assert_eq!(refunds.iter().map(|refund| refund.amount).collect::<Vec<_>>(), [500, 500]);
    let list = support().await.get("/v1/admin/payments?status=SENT_BACK").await.expect_status(200).json();
    assert_eq!(list["items"][0]["refunds"][0]["why"], "unmatched");
    shop.advance(Duration::from_secs(3 * 86_400));
    shop.settle().await;
}

pub async fn a_webhook_waits_for_its_order(shop: Shop) {
    let (_, keeper) = sells(&shop, &[("MUG", 1999, 10)]).await;
    // The id of an order is known before it is placed, to whoever has the server's key.
    let server_key = ServerKey::from_init(&shop.world().operator("checkout-place").unwrap()).await.unwrap();
    let mut waiting = Vec::new();
    for nth in 0..2 {
        let guest = fills(&shop, "MUG", 1).await;
        let cart = guest.get("/v1/cart").await.expect_status(200).at("/id");
        let key: IdempotencyKey = "buy".parse().unwrap();
        let id: OrderId = server_key.id("checkout-place", &cart, &key);
        let event = succeeded(&format!("evt_early{nth}"), &format!("pi_early{nth}"), &id.to_string(), 2699);
        tells(&shop, &event).await.expect_status(200);
        let placed = guest.clone().keyed("buy").post("/v1/checkout", order(2699)).await.expect_status(201);
        assert_eq!(placed.at("/id"), id.to_string());
        waiting.push((guest.with_header("x-order-token", &placed.at("/order_token")), placed));
        if nth == 0 {
            shop.advance(Duration::from_secs(300));
            shop.settle().await;
            let (guest, placed) = &waiting[0];
            assert_eq!(stands(guest, placed).await, ["PAID", "PAID"]);
            // The next one is looked for only when its order has expired.
            shop.world().enable_sources("WebhooksParkedRetryFunction", false);
        }
    }
    shop.advance(Duration::from_secs(16 * 60));
    shop.settle().await;
    let (guest, placed) = &waiting[1];
    assert_eq!(stands(guest, placed).await, ["EXPIRED", "NONE"]);
    shop.world().enable_sources("WebhooksParkedRetryFunction", true);
    shop.advance(Duration::from_secs(300));
    shop.settle().await;
    assert_eq!(stands(guest, placed).await, ["PAID", "PAID"]);
    let keeper = shop.log_in(shop.guest(), keeper.email(), keeper.password()).await;
    assert_eq!(balance(&keeper, "MUG").await, [8, 0]);
}

pub async fn what_is_told_before_our_answer_is_known(shop: Shop) {
    sells(&shop, &[("MUG", 1999, 10)]).await;
    let (guest, placed) = guest_order(&shop, "MUG", 1).await;
    // The gateway has the intent, and our own note of it is not there yet: its webhooks make one.
    for (nth, status) in ["requires_payment_method", "processing"].into_iter().enumerate() {
        let mut event = succeeded(&format!("evt_{nth}"), "pi_first", &placed.at("/id"), 2699);
        event["type"] = json!(format!("payment_intent.{status}"));
        event["data"]["object"]["status"] = json!(status);
        event["data"]["object"]["amount_received"] = json!(0);
        tells(&shop, &event).await.expect_status(200);
    }
    assert_eq!(payments(&shop, &placed).await[0]["status"], "OPEN");
    tells(&shop, &succeeded("evt_paid", "pi_first", &placed.at("/id"), 2699)).await.expect_status(200);
    assert_eq!(stands(&guest, &placed).await, ["PAID", "PAID"]);
    shop.gateway().sends(Webhooks { before_answer: true, ..Webhooks::default() });
    shop.settle().await;
}
