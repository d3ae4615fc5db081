//! From an event to what it sets off: once, whatever breaks on the way.

use std::future::{pending, ready};
use std::time::Duration;

use holdfast_core::{EventId, Id};
use holdfast_events::{Claims, ConsumeError};
use holdfast_local::{Fault, Matcher};
use holdfast_testing::Shop;
use serde_json::json;

/// How often an address hears of a registration, after enough time for every retry.
async fn mails_after(function: &str, operation: &str, faults: Vec<Fault>) -> usize {
    let shop = Shop::open();
    for fault in faults {
        let call = Matcher { function: Some(function.to_owned()), operation: Some(operation.to_owned()), after: 0 };
        shop.world().faults().once(call, fault);
    }
    let body = json!({"email": "ada@example.test", "password": "correct horse battery", "name": "Ada"});
    shop.guest().post("/v1/auth/register", body).await.expect_status(202);
    for _ in 0..4 {
        shop.settle().await;
        shop.advance(Duration::from_secs(180));
    }
    assert_eq!(shop.world().faults().waiting(), 0, "{operation} was called less often than the faults wanted");
    shop.mails_to("ada@example.test").len()
}

#[tokio::test]
async fn an_event_reaches_its_consumer_whatever_becomes_of_the_relay() {
    let relay = "AccountsEventRelayFunction";
    assert_eq!(mails_after(relay, "PutEvents", vec![Fault::Throttle]).await, 1);
    assert_eq!(mails_after(relay, "PutEvents", vec![Fault::LostAnswer]).await, 1);
    assert_eq!(mails_after(relay, "PutEvents", vec![Fault::CrashBefore]).await, 1);
    assert_eq!(mails_after(relay, "PutEvents", vec![Fault::CrashAfter]).await, 1);
    // The SDK asks three times, the relay five: so long an outage leaves the record in the stream, and it comes again.
    assert_eq!(mails_after(relay, "PutEvents", vec![Fault::Outage; 16]).await, 1);
}

#[tokio::test]
async fn a_mail_goes_out_once_whatever_becomes_of_its_claim() {
    let send = "NotificationsSendFunction";
    for fault in [Fault::Throttle, Fault::LostAnswer, Fault::CrashBefore, Fault::CrashAfter, Fault::Outage] {
        assert_eq!(mails_after(send, "PutItem", vec![fault.clone()]).await, 1, "{fault:?}");
    }
    for fault in [Fault::Throttle, Fault::LostAnswer, Fault::CrashAfter, Fault::Outage] {
        assert_eq!(mails_after(send, "UpdateItem", vec![fault.clone()]).await, 1, "{fault:?}");
    }
    assert_eq!(mails_after(send, "SendEmail", vec![Fault::CrashBefore]).await, 1);
    // Between twice and never, twice: it went out, and nobody is left who knows.
    assert_eq!(mails_after(send, "SendEmail", vec![Fault::CrashAfter]).await, 2);
    assert_eq!(mails_after(send, "UpdateItem", vec![Fault::CrashBefore]).await, 2);
}

fn claims(shop: &Shop) -> Claims {
    let claims =
        shop.world().operator("notifications-send").map(|init| Claims::new(&init, "NOTIFICATIONS_TABLE", "a-test"));
    claims.and_then(Result::ok).unwrap_or_else(|| panic!("the consumer has its table"))
}

fn event() -> EventId {
    EventId::from_bytes([1; 16])
}

/// Claims, does nothing, and says whether it was its turn.
async fn turn(claims: &Claims, recipient: &str) -> Result<bool, ConsumeError> {
    let mut had = false;
    let work = async {
        had = true;
        Ok(())
    };
    claims.once(event(), recipient, work).await?;
    Ok(had)
}

#[tokio::test]
async fn what_was_done_for_one_recipient_is_still_to_be_done_for_another() {
    let shop = Shop::open();
    let claims = claims(&shop);
    assert_eq!(turn(&claims, "usr_1").await, Ok(true));
    assert_eq!(turn(&claims, "usr_1").await, Ok(false));
    assert_eq!(turn(&claims, "usr_2").await, Ok(true));
    shop.advance(Duration::from_secs(29 * 24 * 60 * 60));
    shop.settle().await;
    assert_eq!(turn(&claims, "usr_1").await, Ok(false));
}

#[tokio::test]
async fn failed_work_gives_its_claim_back() {
    let claims = claims(&Shop::open());
    let failed = Err(ConsumeError::Retry("busy".to_owned()));
    assert_eq!(claims.once(event(), "usr_1", ready(failed.clone())).await, failed);
    assert_eq!(turn(&claims, "usr_1").await, Ok(true));
}

#[tokio::test]
async fn whoever_died_at_work_holds_a_claim_for_a_minute() {
    let shop = Shop::open();
    let claims = claims(&shop);
    let dead = tokio::time::timeout(Duration::from_millis(200), claims.once(event(), "usr_1", pending())).await;
    assert!(dead.is_err());
    let in_flight = Err(ConsumeError::Retry("another attempt is at it".to_owned()));
    assert_eq!(turn(&claims, "usr_1").await, in_flight);
    shop.advance(Duration::from_millis(59_999));
    assert_eq!(turn(&claims, "usr_1").await, in_flight);
    shop.advance(Duration::from_millis(1));
    assert_eq!(turn(&claims, "usr_1").await, Ok(true));
}
