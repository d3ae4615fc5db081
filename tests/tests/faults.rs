//! What is asked for happens once, and is answered as if nothing had been: when a transaction meets another, when AWS is
//! asked too much, and when a write took effect and its answer was lost.

#![expect(clippy::unwrap_used, reason = "a test may fail where it is surprised, its helpers too")]

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use holdfast_auth::Role;
use holdfast_local::{Fault, Faults, Kind, Matcher, Options};
use holdfast_testing::{Actor, Answer, Shop};
use holdfast_tests::stories::stock::{balance, keeps, opens};
use holdfast_tests::stories::tell_all;
use serde_json::json;

const FAULTS: [Fault; 4] = [Fault::Conflict, Fault::Throttle, Fault::LostAnswer, Fault::Outage];

/// The faults strike the function's first write of that kind.
fn strike(shop: &Shop, function: &str, operation: &str, fault: Fault) {
    let call = Matcher { function: Some(function.to_owned()), operation: Some(operation.to_owned()), after: 0 };
    shop.world().faults().once(call, fault);
}

/// The events of the shop, by subject and sequence: a second effect would be a second event.
fn events(shop: &Shop) -> BTreeMap<(String, u64), Vec<String>> {
    let mut events: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for archived in shop.world().engines().events.archived().unwrap() {
        let event = &archived.event["detail"];
        let key = (event["subject"].as_str().unwrap().to_owned(), event["sequence"].as_u64().unwrap());
        let ids = events.entry(key).or_default();
        let id = event["id"].as_str().unwrap().to_owned();
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    events
}

async fn ask(ada: &Actor, what: &str) -> Answer {
    match what {
        "MeUpdateFunction" => ada.patch("/v1/me", json!({"name": "Ada King"})).await,
        "AuthRefreshFunction" => ada.post("/v1/auth/refresh", json!({"refresh_token": ada.refresh_token()})).await,
        "AddressesCreateFunction" => {
            let address =
                json!({"name": "Ada", "line1": "1 Street", "city": "London", "postal_code": "1", "country": "GB"});
            ada.post("/v1/me/addresses", address).await
        }
        "AuthRegisterFunction" => {
            let body = json!({"email": "new@example.test", "password": "correct horse battery", "name": "New"});
            ada.post("/v1/auth/register", body).await
        }
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn each_has_one_effect_whatever_becomes_of_its_write() {
    let writes = [
        ("MeUpdateFunction", "TransactWriteItems", 200),
        ("AuthRefreshFunction", "PutItem", 200),
        ("AddressesCreateFunction", "TransactWriteItems", 201),
        ("AuthRegisterFunction", "TransactWriteItems", 202),
    ];
    for (function, operation, status) in writes {
        for fault in FAULTS {
            let shop = Shop::open();
            let ada = shop.customer("ada@example.test").await;
            shop.settle().await;
            let before = events(&shop).len();
            strike(&shop, function, operation, fault.clone());
            let answer = ask(&ada, function).await;
            assert_eq!(shop.world().faults().waiting(), 0, "{function} never made the call that {fault:?} waits for");
            assert_eq!(answer.status.as_u16(), status, "{function} and {fault:?}: {answer:?}");
            shop.settle().await;
            let after = events(&shop);
            assert_eq!(after.len(), before + 1, "{function} and {fault:?}: one event more");
            assert!(after.values().all(|ids| ids.len() == 1), "{function} and {fault:?}: {after:?}");
            if function == "MeUpdateFunction" {
                assert_eq!(ada.get("/v1/me").await.at("/name"), "Ada King");
            }
        }
    }
}

#[tokio::test]
async fn contention_that_lasts_is_told_as_what_it_is() {
    let shop = Shop::open();
    let ada = shop.customer("ada@example.test").await;
    for _ in 0..8 {
        strike(&shop, "MeUpdateFunction", "TransactWriteItems", Fault::Conflict);
    }
    let answer = ada.patch("/v1/me", json!({"name": "Ada King"})).await.expect_problem(503, "unavailable");
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert_eq!(shop.world().faults().waiting(), 0, "eight tries, and no more");
    assert_eq!(ada.get("/v1/me").await.at("/name"), "Ada Lovelace");
    ada.patch("/v1/me", json!({"name": "Ada King"})).await.expect_status(200);
}

#[tokio::test]
async fn counts_that_broke_off_do_not_come_back_over_later_ones() {
    let shop = Shop::open();
    let keeper = shop.staff(Role::Warehouse).await;
    let basel = opens(&keeper, "Basel", 1).await;
    keeps(&keeper, "MUG", &basel, 1, 0).await;
    let counts = |on_hand: u32| json!({"warehouse_id": basel, "counts": [{"sku": "MUG", "on_hand": on_hand}]});
    let (first, second) = (keeper.clone().keyed("monday"), keeper.clone().keyed("tuesday"));
    // The count is in; then the function dies over its receipt.
    let receipt = Matcher { function: Some("StockSyncFunction".into()), operation: Some("PutItem".into()), after: 0 };
    shop.world().faults().once(receipt, Fault::CrashBefore);
    first.post("/v1/admin/inventory/sync", counts(10)).await.expect_status(500);
    assert_eq!((shop.world().faults().waiting(), balance(&keeper, "MUG").await), (0, [10, 0]));
    second.post("/v1/admin/inventory/sync", counts(7)).await.expect_status(200);
    let again = first.post("/v1/admin/inventory/sync", counts(10)).await.expect_status(200);
    assert_eq!((again.at("/results/0/result"), balance(&keeper, "MUG").await), ("changed".to_owned(), [7, 0]));
}

/// Faults that a caller need not notice.
const UNSEEN: [Kind; 4] = [Kind::Conflicts, Kind::Lost, Kind::Duplicates, Kind::Reorder];

/// Some break the shop themselves and count what they broke, one counts what a call costs when nothing breaks, and the others say
/// in which order something was told, or how often it was tried: delivery.rs, webhooks.rs, trail.rs and migrations.rs break these.
const OWN: [&str; 6] = [
    "files::a_file_is_read_on_from_where_it_broke_off",
    "gateway_events::a_duplicate_costs_one_read",
    "migrations::prices_are_brought_to_another_version_and_back",
    "webhooks::what_fails_is_tried_again",
    "webhooks::a_delivery_is_made_again",
    "audit::what_staff_and_customers_do_is_recorded",
];

#[test]
fn every_story_is_the_same_under_faults_that_nobody_need_notice() {
    let (mut counts, mut noticed): (BTreeMap<&'static str, u64>, _) = (BTreeMap::new(), Vec::new());
    for seed in 1..=2 {
        let told = tell_all(async |name, story| {
            if name.starts_with("mails::") || OWN.contains(&name) {
                return (name, true, BTreeMap::new());
            }
            let mut options = Options::simulated(Shop::blueprint(), seed);
            options.faults = Faults::seeded(&UNSEEN, seed);
            let shop = Shop::of(options);
            let world = shop.world().clone();
            let well = AssertUnwindSafe(story(shop)).catch_unwind().await.is_ok();
            (name, well, world.faults().counts())
        });
        for (name, well, struck) in told {
            if !well {
                noticed.push((seed, name));
            }
            for (kind, count) in struck {
                *counts.entry(kind).or_default() += count;
            }
        }
    }
    assert!(noticed.is_empty(), "somebody noticed: {noticed:?}");
    for kind in ["conflicts", "lost", "duplicates", "reorder"] {
        assert!(counts.get(kind).is_some_and(|count| *count > 0), "nothing of {kind} happened: {counts:?}");
    }
}
