//! The client of the payment gateway, against the local host's: what is asked, and what is known when it is not answered.

#![expect(clippy::unwrap_used, reason = "a test may fail where it is surprised, its helpers too")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use holdfast_core::{Id, Money, OrderId, RefundId};
use holdfast_local::engines::gateway::{Card, IntentStatus as Kept};
use holdfast_local::{Blueprint, Options, World};
use holdfast_payments::gateway::{Gateway, GatewayError, Intent, IntentStatus, RefundStatus};
use holdfast_runtime::{EventHandler, FromInit, Function};

const TEMPLATE: &str = r#"Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {Runtime: provided.al2023, Timeout: 10}
Resources:
  Payer:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: target/lambda/payer
      Environment:
        Variables:
          GATEWAY_URL: URL
          GATEWAY_KEY_PARAMETER: /holdfast/payments/key
"#;
const URL: &str = "http://127.0.0.1:8080/dev/gateway";

fn world_at(url: &str) -> World {
    let blueprint = Blueprint::from_text(&TEMPLATE.replace(": URL", &format!(": {url}")), &BTreeMap::new());
    let payer = Function::event("payer", |_| async {
        let handler: EventHandler = Arc::new(|event| Box::pin(async { Ok(event) }));
        Ok(handler)
    });
    World::start(Options { functions: vec![payer], ..Options::simulated(blueprint.unwrap(), 1) }).unwrap()
}

fn world() -> World {
    world_at(URL)
}

/// The client, as a cold start makes it.
async fn client(world: &World) -> Gateway {
    Gateway::from_init(&world.operator("payer").unwrap()).await.unwrap()
}

fn order(nth: u8) -> OrderId {
    OrderId::from_bytes([nth; 16])
}

fn refund_id(nth: u8) -> RefundId {
    RefundId::from_bytes([nth; 16])
}

fn usd(amount: i64) -> Money {
    Money::new(amount, "USD".parse().unwrap())
}

/// An intent that somebody has paid.
async fn paid(world: &World, gateway: &Gateway, with: &str) -> Intent {
    let intent = gateway.create_intent(order(1), usd(1999), "key").await.unwrap();
    assert!(Card::find(with).is_some());
    world.gateway().pay(&intent.id, with).unwrap();
    intent
}

#[tokio::test]
async fn an_intent_is_made_once_for_a_key_and_read_again() {
    let world = world();
    let gateway = client(&world).await;
    let intent = gateway.create_intent(order(1), usd(1999), "ord_1").await.unwrap();
    assert_eq!(
        (intent.status, intent.amount, intent.received),
        (IntentStatus::RequiresPaymentMethod, usd(1999), usd(0))
    );
    assert_eq!((intent.order.clone(), intent.livemode), (Some(order(1).to_string()), false));
    assert!(intent.client_secret.starts_with(&intent.id) && !gateway.livemode());
    assert_eq!(gateway.create_intent(order(1), usd(1999), "ord_1").await.unwrap(), intent);
    let other = gateway.create_intent(order(1), usd(2000), "ord_1").await.unwrap_err();
    assert!(matches!(other, GatewayError::Refused { code, .. } if code == "idempotency_error"));
    assert_eq!(gateway.intent(&intent.id).await.unwrap(), intent);
    let kept = world.gateway().intents().unwrap();
    assert_eq!((kept.len(), kept[0].currency.as_str()), (1, "usd"));
    assert_eq!(kept[0].metadata, [("order_id".to_owned(), order(1).to_string())].into());
}

#[tokio::test]
async fn what_became_of_an_intent_is_told() {
    let world = world();
    let gateway = client(&world).await;
    let intent = paid(&world, &gateway, "pm_card_visa_chargeDeclinedLostCard").await;
    let declined = gateway.intent(&intent.id).await.unwrap();
    assert_eq!(
        (declined.status, declined.failure.as_deref()),
        (IntentStatus::RequiresPaymentMethod, Some("lost_card"))
    );
    world.gateway().pay(&intent.id, "pm_card_visa").unwrap();
    let paid = gateway.intent(&intent.id).await.unwrap();
    assert_eq!((paid.status, paid.received, paid.status.is_terminal()), (IntentStatus::Succeeded, usd(1999), true));
    let missing = gateway.intent("pi_nobody").await.unwrap_err();
    assert!(matches!(missing, GatewayError::Refused { code, .. } if code == "resource_missing"));
}

#[tokio::test]
async fn calling_off_answers_what_the_intent_has_become() {
    let world = world();
    let gateway = client(&world).await;
    let open = gateway.create_intent(order(2), usd(500), "open").await.unwrap();
    for _ in 0..2 {
        assert_eq!(gateway.cancel_intent(&open.id).await.unwrap().status, IntentStatus::Canceled);
    }
    let paid = paid(&world, &gateway, "pm_card_visa").await;
    assert_eq!(gateway.cancel_intent(&paid.id).await.unwrap().status, IntentStatus::Succeeded);
    let later = gateway.create_intent(order(3), usd(500), "later").await.unwrap();
    world.gateway().pay(&later.id, "pm_sandbox_failsLate").unwrap();
    assert_eq!(gateway.cancel_intent(&later.id).await.unwrap().status, IntentStatus::Processing);
    world.advance(Duration::from_secs(60));
    world.settle().await;
    // A refusal of earlier is not kept.
    assert_eq!(gateway.cancel_intent(&later.id).await.unwrap().status, IntentStatus::Canceled);
}

#[tokio::test]
async fn money_goes_back_once_for_a_key_and_never_more_than_came() {
    let world = world();
    let gateway = client(&world).await;
    let intent = paid(&world, &gateway, "pm_card_visa").await;
    let part = gateway.refund(&intent.id, refund_id(1), usd(999), "rfd_1").await.unwrap();
    assert_eq!(
        (part.status, part.amount, part.refund.clone()),
        (RefundStatus::Succeeded, usd(999), Some(refund_id(1).to_string()))
    );
    assert_eq!(gateway.refund(&intent.id, refund_id(1), usd(999), "rfd_1").await.unwrap(), part);
    let too_much = gateway.refund(&intent.id, refund_id(2), usd(1001), "rfd_2").await.unwrap_err();
    assert!(matches!(too_much, GatewayError::Refused { .. }), "{too_much:?}");
    gateway.refund(&intent.id, refund_id(3), usd(1000), "rfd_3").await.unwrap();
    let nothing_left = gateway.refund(&intent.id, refund_id(4), usd(1), "rfd_4").await.unwrap_err();
    assert!(matches!(nothing_left, GatewayError::Refused { code, .. } if code == "charge_already_refunded"));
    assert_eq!(world.gateway().refunds().unwrap().len(), 2);
}

#[tokio::test]
async fn nothing_goes_back_that_never_came() {
    let world = world();
    let gateway = client(&world).await;
    let open = gateway.create_intent(order(1), usd(500), "open").await.unwrap();
    assert!(gateway.refunds_of(&open.id).await.unwrap().is_empty());
    for _ in 0..2 {
        let refused = gateway.refund(&open.id, refund_id(1), usd(500), "rfd_1").await.unwrap_err();
        assert!(matches!(refused, GatewayError::Refused { .. }), "{refused:?}");
        // Now there is a charge, and it brought nothing.
        world.gateway().pay(&open.id, "pm_card_chargeDeclined").unwrap();
    }
    let nothing = gateway.refund(&open.id, refund_id(1), usd(0), "rfd_1").await.unwrap_err();
    assert!(matches!(nothing, GatewayError::Refused { .. }));
}

#[tokio::test]
async fn all_pages_of_an_intents_refunds_are_read_and_no_others() {
    let world = world();
    let gateway = client(&world).await;
    let intent = paid(&world, &gateway, "pm_card_visa").await;
    let other = gateway.create_intent(order(9), usd(500), "other").await.unwrap();
    world.gateway().pay(&other.id, "pm_card_visa").unwrap();
    gateway.refund(&other.id, refund_id(255), usd(5), "rfd_255").await.unwrap();
    for nth in 0..101 {
        gateway.refund(&intent.id, refund_id(nth), usd(1), &format!("rfd_{nth}")).await.unwrap();
    }
    let refunds = gateway.refunds_of(&intent.id).await.unwrap();
    let named: Vec<_> = refunds.iter().map(|refund| refund.refund.clone().unwrap()).collect();
    assert_eq!(named, (0..101).rev().map(|nth| refund_id(nth).to_string()).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_gateway_that_did_nothing_is_unavailable_and_one_that_may_have_is_unclear() {
    let world = world();
    let gateway = client(&world).await;
    let unavailable =
        |error| matches!(error, GatewayError::Unavailable { retry_after_s } if (1..=60).contains(&retry_after_s));
    world.gateway().fails_with(429);
    assert!(unavailable(gateway.create_intent(order(1), usd(500), "key").await.unwrap_err()));
    // Whoever stands in front of it does not know whether it did anything.
    world.gateway().fails_with(503);
    assert_eq!(gateway.create_intent(order(1), usd(500), "key").await, Err(GatewayError::Unclear));
    world.gateway().recovers();
    let intent = gateway.create_intent(order(1), usd(500), "key").await.unwrap();
    world.gateway().fails_with(503);
    assert!(unavailable(gateway.intent(&intent.id).await.unwrap_err()));
    assert_eq!(world.gateway().intents().unwrap().len(), 1);
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_and_nothing_is_done_twice() {
    let world = world();
    let gateway = client(&world).await;
    world.gateway().fails_after(504);
    assert_eq!(gateway.create_intent(order(1), usd(500), "key").await, Err(GatewayError::Unclear));
    world.gateway().recovers();
    let intent = gateway.create_intent(order(1), usd(500), "key").await.unwrap();
    assert_eq!(world.gateway().intents().unwrap().len(), 1);
    world.gateway().pay(&intent.id, "pm_card_visa").unwrap();
    world.advance(Duration::from_secs(60));
    world.gateway().hangs();
    assert!(gateway.refund(&intent.id, refund_id(1), usd(500), "rfd_1").await.is_err());
    world.gateway().recovers();
    world.advance(Duration::from_secs(60));
    gateway.refund(&intent.id, refund_id(1), usd(500), "rfd_1").await.unwrap();
    assert_eq!(world.gateway().refunds().unwrap().len(), 1);
}

#[tokio::test]
async fn a_failure_that_is_kept_spoils_its_key_and_no_other() {
    let world = world();
    let gateway = client(&world).await;
    for (did, intents) in [(false, 1), (true, 3)] {
        let (spoilt, fresh) = (format!("key-{did}"), format!("key-{did}-2"));
        if did {
            world.gateway().fails_after(500)
        } else {
            world.gateway().fails_with(500)
        }
        assert_eq!(gateway.create_intent(order(1), usd(500), &spoilt).await, Err(GatewayError::Broken500));
        world.gateway().recovers();
        // Well again, it still says what it said.
        assert_eq!(gateway.create_intent(order(1), usd(500), &spoilt).await, Err(GatewayError::Broken500));
        gateway.create_intent(order(1), usd(500), &fresh).await.unwrap();
        assert_eq!(world.gateway().intents().unwrap().len(), intents);
    }
    // After a day the key is as good as new, and what was done under it is done again: its refunds are looked at first.
    world.advance(Duration::from_secs(86_400));
    gateway.create_intent(order(1), usd(500), "key-true").await.unwrap();
    assert_eq!(world.gateway().intents().unwrap().len(), 4);
}

#[tokio::test]
async fn a_dead_gateway_is_left_alone_until_one_probe_finds_it_well() {
    let world = world();
    let gateway = client(&world).await;
    let intent = gateway.create_intent(order(1), usd(500), "key").await.unwrap();
    world.gateway().hangs();
    // Three attempts, then two more: from then on nobody asks.
    for _ in 0..2 {
        assert!(gateway.intent(&intent.id).await.is_err());
    }
    world.gateway().recovers();
    let Err(GatewayError::Unavailable { retry_after_s }) = gateway.intent(&intent.id).await else { panic!("asked") };
    assert!((1..=6).contains(&retry_after_s), "{retry_after_s}");
    world.advance(Duration::from_secs(retry_after_s));
    assert_eq!(gateway.intent(&intent.id).await.unwrap(), intent);
}

#[tokio::test]
async fn a_key_that_does_not_open_is_an_operators_matter() {
    let world = world();
    world.engines().ssm.put("/holdfast/payments/key", "sk_test_somebody_elses").unwrap();
    let gateway = client(&world).await;
    let refused = gateway.create_intent(order(1), usd(500), "key").await;
    assert_eq!(refused, Err(GatewayError::Unavailable { retry_after_s: 60 }));
    world.engines().ssm.put("/holdfast/payments/key", "sk_live_key").unwrap();
    assert!(client(&world).await.livemode());
}

#[tokio::test]
async fn a_gateway_is_reached_by_https_or_not_at_all() {
    let world = world_at("http://gateway.example");
    assert!(Gateway::from_init(&world.operator("payer").unwrap()).await.is_err());
}

#[tokio::test]
async fn a_payment_whose_confirmation_was_never_heard_is_found() {
    let world = world();
    let gateway = client(&world).await;
    let intent = paid(&world, &gateway, "pm_sandbox_timesOutAfterCharging").await;
    assert_eq!(gateway.intent(&intent.id).await.unwrap().status, IntentStatus::Succeeded);
    assert_eq!(world.gateway().intents().unwrap()[0].status, Kept::Succeeded);
}
