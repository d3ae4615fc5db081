//! Webhooks: each event once and in order, whatever queues, receivers and crashes do.

#![expect(clippy::unwrap_used, reason = "a test may fail where it is surprised, its helpers too")]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use holdfast_auth::Role;
use holdfast_core::{Causation, Envelope, EventId, StoredEvent};
use holdfast_local::{Fault, Faults, Kind, Matcher, Options};
use holdfast_testing::{Actor, Shop};
use holdfast_tests::stories::stock::opens;
use holdfast_tests::stories::webhooks::{Receiver, registers, renames};
use serde_json::json;

const SUBJECT: &str = "whs_01kdvdna00b1z4xq8m3s7t5w2e";

/// A shop whose one endpoint hears of warehouses.
async fn told(shop: Shop) -> (Shop, Actor, Receiver, String) {
    let admin = shop.staff(Role::Admin).await;
    let receiver = Receiver::at(&shop, "erp.example.com");
    let (endpoint, _) = registers(&admin, "https://erp.example.com/hooks").await;
    (shop, admin, receiver, endpoint)
}

/// Puts an event of a warehouse into the queue, as its rule would.
fn happens(shop: &Shop, sequence: u64) -> EventId {
    let kind = if sequence == 1 { "inventory.warehouse-created.v1" } else { "inventory.warehouse-changed.v1" };
    happens_as(shop, sequence, kind)
}

fn happens_as(shop: &Shop, sequence: u64, kind: &str) -> EventId {
    let event = StoredEvent {
        id: shop.world().ambient().id(),
        kind: kind.to_owned(),
        time: shop.now(),
        subject: SUBJECT.to_owned(),
        causation: Causation::default(),
        data: json!({}),
    };
    let id = event.id;
    hears(shop, &Envelope { source: "holdfast.inventory".to_owned(), sequence, event });
    id
}

fn hears(shop: &Shop, envelope: &Envelope) {
    let queues = &shop.world().stack().queues;
    let queue = queues.iter().find(|queue| queue.logical_id == "WebhooksQueue").unwrap();
    shop.world().engines().sqs.send(&queue.arn, &json!({"detail": envelope}).to_string(), None).unwrap();
}

fn plain(sequences: impl IntoIterator<Item = u64>) -> Vec<(u64, String)> {
    sequences.into_iter().map(|sequence| (sequence, String::new())).collect()
}

fn marked(sequence: u64, mark: &str) -> (u64, String) {
    (sequence, mark.to_owned())
}

#[tokio::test]
async fn events_that_come_in_another_order_go_in_theirs() {
    for order in [[3, 2, 1, 4], [4, 3, 2, 1], [2, 4, 1, 3]] {
        let (shop, _, receiver, _) = told(Shop::open()).await;
        for sequence in order {
            happens(&shop, sequence);
            shop.settle().await;
            shop.advance(Duration::from_secs(60));
        }
        assert_eq!(receiver.order(), plain(1..=4), "{order:?}");
    }
}

#[tokio::test]
async fn a_gap_is_waited_for_five_minutes_and_then_told() {
    let (shop, _, receiver, _) = told(Shop::open()).await;
    happens(&shop, 1);
    happens(&shop, 3);
    shop.settle().await;
    shop.advance(Duration::from_secs(299));
    shop.settle().await;
    assert_eq!(receiver.order(), plain([1]));
    shop.advance(Duration::from_secs(1));
    shop.settle().await;
    assert_eq!(receiver.order(), [marked(1, ""), marked(3, "gap")]);
    // What was missing comes after all, and says that it is late; and then all is as it was.
    happens(&shop, 2);
    shop.settle().await;
    happens(&shop, 4);
    shop.settle().await;
    assert_eq!(receiver.order().split_off(2), [marked(2, "late"), marked(4, "")]);
}

#[tokio::test]
async fn a_gap_of_what_nobody_asked_for_is_none() {
    let (shop, _, receiver, _) = told(Shop::open()).await;
    happens(&shop, 1);
    happens(&shop, 3);
    shop.settle().await;
    // Known, not wanted: what waits for it goes at once.
    happens_as(&shop, 2, "inventory.threshold-set.v1");
    shop.settle().await;
    assert_eq!(receiver.order(), plain([1, 3]));
}

#[tokio::test]
async fn an_endpoint_that_is_new_hears_at_once_of_what_goes_on() {
    let (shop, admin, first, _) = told(Shop::open()).await;
    for sequence in 1..=3 {
        happens(&shop, sequence);
    }
    shop.settle().await;
    shop.advance(Duration::from_secs(60));
    let second = Receiver::at(&shop, "crm.example.com");
    registers(&admin, "https://crm.example.com/").await;
    happens(&shop, 4);
    shop.settle().await;
    assert_eq!(first.order(), plain(1..=4));
    assert_eq!(second.order(), plain([4]), "the third is known, and was before its time");
}

#[tokio::test]
async fn an_event_that_comes_twice_goes_once() {
    let (shop, admin, receiver, _) = told(Shop::open()).await;
    let basel = opens(&admin, "Basel", 1).await;
    renames(&admin, &basel, "Basel 2").await;
    shop.settle().await;
    for archived in shop.world().engines().events.archived().unwrap() {
        let event: Envelope = serde_json::from_value(archived.event["detail"].clone()).unwrap();
        hears(&shop, &event);
        hears(&shop, &event);
    }
    shop.settle().await;
    shop.advance(Duration::from_secs(900));
    shop.settle().await;
    assert_eq!(receiver.order(), plain([1, 2]));
}

#[tokio::test]
async fn a_subject_that_fails_holds_up_no_other() {
    let (shop, admin, receiver, _) = told(Shop::open()).await;
    receiver.answers([500]);
    let basel = opens(&admin, "Basel", 1).await;
    shop.settle().await;
    renames(&admin, &basel, "Basel 2").await;
    let geneva = opens(&admin, "Geneva", 2).await;
    shop.settle().await;
    let subjects: Vec<_> =
        receiver.heard().iter().map(|told| told.event()["subject"].as_str().unwrap().to_owned()).collect();
    assert_eq!(subjects, [basel, geneva]);
}

/// Whatever strikes the consumer at one of its calls: each event arrives, in order, and only one that was on its way may come twice.
#[tokio::test]
async fn each_arrives_in_order_whatever_strikes_its_delivery() {
    let faults =
        [Fault::Conflict, Fault::Throttle, Fault::LostAnswer, Fault::Outage, Fault::CrashBefore, Fault::CrashAfter];
    for operation in ["PutItem", "UpdateItem", "GetItem", "Query"] {
        for after in [0, 2] {
            for fault in faults.clone() {
                let (shop, _, receiver, _) = told(Shop::open()).await;
                let call = Matcher {
                    function: Some("WebhookDeliverFunction".to_owned()),
                    operation: Some(operation.to_owned()),
                    after,
                };
                shop.world().faults().once(call, fault.clone());
                for sequence in 1..=3 {
                    happens(&shop, sequence);
                }
                for _ in 0..4 {
                    shop.settle().await;
                    shop.advance(Duration::from_secs(270));
                }
                let what = format!("{operation} {after} {fault:?}");
                let order = receiver.order();
                let mut once: Vec<u64> = order.iter().map(|(sequence, _)| *sequence).collect();
                assert!(once.is_sorted(), "{what}: {order:?}");
                once.dedup();
                assert_eq!(once, [1, 2, 3], "{what}: {order:?}");
                assert!(order.len() <= 4, "{what}: {order:?}");
                assert!(order.iter().all(|(_, mark)| mark.is_empty()), "{what}: {order:?}");
            }
        }
    }
}

#[tokio::test]
async fn each_arrives_under_all_that_can_go_wrong() {
    let kinds =
        [Kind::Duplicates, Kind::Reorder, Kind::Delay, Kind::Conflicts, Kind::Throttle, Kind::Crash, Kind::Lost];
    let mut twice = 0;
    for seed in 1..=10 {
        let mut options = Options::simulated(Shop::blueprint(), seed);
        options.faults = Faults::seeded(&kinds, seed);
        let shop = Shop::of(options);
        shop.world().faults().pause(true);
        let (shop, _, receiver, endpoint) = told(shop).await;
        receiver.answers([500, 204, 503, 204, 429, 204, 204, 302]);
        shop.world().faults().pause(false);
        for sequence in [2, 1, 3, 5, 4, 6, 8, 7, 9, 10] {
            happens(&shop, sequence);
            if sequence % 3 == 0 {
                shop.settle().await;
                shop.advance(Duration::from_secs(20));
            }
        }
        for _ in 0..40 {
            shop.settle().await;
            shop.advance(Duration::from_secs(150));
        }
        shop.world().faults().pause(true);
        for _ in 0..10 {
            shop.settle().await;
            shop.advance(Duration::from_secs(300));
        }
        let arrived: BTreeSet<u64> = receiver.order().iter().map(|(sequence, _)| *sequence).collect();
        assert_eq!(arrived, (1..=10).collect(), "seed {seed}");
        // Under one id each, however often; and in order where nothing says otherwise.
        let mut ids: BTreeMap<u64, BTreeSet<String>> = BTreeMap::new();
        let mut highest = 0;
        for heard in receiver.heard() {
            let sequence = heard.event()["sequence"].as_u64().unwrap();
            let is_new = ids.entry(sequence).or_default().insert(heard.header("holdfast-delivery"));
            assert!(
                !is_new || sequence > highest || heard.header("holdfast-mark") == "late",
                "seed {seed}: {sequence}"
            );
            twice += u32::from(!is_new);
            highest = highest.max(sequence);
        }
        assert!(ids.values().all(|ids| ids.len() == 1), "seed {seed}: {ids:?}");
        let admin = shop.log_in(shop.guest(), "admin@staff.test", "correct horse battery").await;
        let listed = admin.get(&format!("/v1/admin/webhook-endpoints/{endpoint}/deliveries?limit=100")).await;
        let listed = listed.expect_status(200).json();
        let all: Vec<_> = listed["items"].as_array().unwrap().iter().map(|one| one["status"].clone()).collect();
        assert_eq!(all, vec![json!("DELIVERED"); 10], "seed {seed}");
    }
    assert!(twice > 0, "something was tried twice");
}
