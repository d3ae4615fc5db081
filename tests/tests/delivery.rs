//! From an event to what it sets off: once, whatever breaks on the way.

#![expect(clippy::unwrap_used, reason = "a test may fail where it is surprised, its helpers too")]

use std::future::{pending, ready};
use std::time::Duration;

use holdfast_core::{EventId, Id};
use holdfast_events::{Claims, ConsumeError};
use holdfast_local::{Fault, Mail, Matcher};
use holdfast_testing::Shop;
use holdfast_tests::stories::{carts, orders};
use serde_json::json;

/// How often an address hears of a registration, after enough time for every retry.
async fn mails_after(function: &str, operation: &str, faults: Vec<Fault>) -> usize {
    sent_after(function, operation, faults).await.len()
}

async fn sent_after(function: &str, operation: &str, faults: Vec<Fault>) -> Vec<Mail> {
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
    shop.mails_to("ada@example.test")
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

#[tokio::test]
async fn what_the_provider_rejects_goes_out_once_and_what_it_does_not_answer_perhaps_twice_under_one_tag() {
    let send = "NotificationsSendFunction";
    assert_eq!(mails_after(send, "SendEmail", vec![Fault::Throttle; 3]).await, 1);
    assert_eq!(mails_after(send, "SendEmail", vec![Fault::Outage; 3]).await, 1);
    let twice = sent_after(send, "SendEmail", vec![Fault::LostAnswer]).await;
    let tags: Vec<_> = twice.iter().map(|mail| mail.tags["event_id"].as_str()).collect();
    assert!(matches!(tags[..], [one, other] if one == other), "{tags:?}");
}

/// The messages that lie in a queue of the template.
fn lying(shop: &Shop, queue: &str) -> usize {
    let stack = shop.world().stack();
    let queue = stack.queues.iter().find(|spec| spec.logical_id == queue).unwrap();
    shop.world().engines().sqs.peek(&queue.arn).unwrap().len()
}

async fn three_minutes_pass(shop: &Shop, times: u32) {
    for _ in 0..times {
        shop.advance(Duration::from_secs(180));
        shop.settle().await;
    }
}

#[tokio::test]
async fn an_outage_of_the_provider_delays_fifty_mails_and_nothing_else() {
    let shop = Shop::open();
    carts::sells(&shop, &[("MUG", 1999, 100)]).await;
    shop.settle().await;
    shop.world().engines().mail.set_outage(true);
    let mut numbers = Vec::new();
    for _ in 0..50 {
        let (guest, placed) = orders::guest_order(&shop, "MUG", 1).await;
        numbers.push(format!("Your order {}", placed.at("/number")));
        guest.get(&format!("/v1/orders/{}", placed.at("/id"))).await.expect_status(200);
    }
    // Half an hour without a provider.
    shop.settle().await;
    three_minutes_pass(&shop, 10).await;
    let placed = || {
        let mails = shop.mails_to("guest@example.test").into_iter().map(|mail| mail.subject);
        let mut mails: Vec<_> = mails.filter(|subject| !subject.ends_with(" has expired")).collect();
        mails.sort();
        mails
    };
    assert!(placed().is_empty());
    assert_eq!(lying(&shop, "NotificationsDeadLetters"), 0);
    shop.world().engines().mail.set_outage(false);
    three_minutes_pass(&shop, 1).await;
    numbers.sort();
    assert_eq!(placed(), numbers, "each of the fifty once");
    three_minutes_pass(&shop, 30).await;
    assert_eq!(placed(), numbers, "and no more");
    let mails = shop.mails();
    let events: std::collections::BTreeSet<_> = mails.iter().map(|mail| &mail.tags["event_id"]).collect();
    assert_eq!(events.len(), mails.len(), "no event was told of twice");
}

#[tokio::test]
async fn a_mail_that_cannot_be_sent_for_an_hour_is_buried_and_not_lost() {
    let shop = Shop::open();
    shop.world().engines().mail.set_outage(true);
    let body = json!({"email": "ada@example.test", "password": "correct horse battery", "name": "Ada"});
    shop.guest().post("/v1/auth/register", body).await.expect_status(202);
    shop.settle().await;
    three_minutes_pass(&shop, 19).await;
    assert_eq!(lying(&shop, "NotificationsDeadLetters"), 0);
    three_minutes_pass(&shop, 1).await;
    assert_eq!([lying(&shop, "NotificationsQueue"), lying(&shop, "NotificationsDeadLetters")], [0, 1]);
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
