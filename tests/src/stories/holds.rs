//! Stock that is held for somebody, and how a hold ends: once, by whichever comes first.

use std::time::Duration;

use holdfast_auth::Role;
use holdfast_core::Causation;
use holdfast_dynamo::Store;
use holdfast_inventory::holds::Holds;
use holdfast_runtime::FromInit;
use holdfast_testing::{Actor, Answer, Shop};
use serde_json::json;

use super::stock::{anew, balance, keeps, movements, opens};

/// Reserves of the mugs.
async fn holds(keeper: &Actor, quantity: u32, ttl_seconds: u32) -> Answer {
    let body = json!({"quantity": quantity, "ttl_seconds": ttl_seconds, "reference": "order by telephone"});
    anew(keeper).post("/v1/admin/inventory/MUG/reserve", body).await
}

/// Ten mugs in Basel, four of them held for a quarter of an hour: whoever keeps them, and the reservation's id.
async fn four_of_ten(shop: &Shop) -> (Actor, String) {
    let keeper = shop.staff(Role::Warehouse).await;
    let basel = opens(&keeper, "Basel", 1).await;
    keeps(&keeper, "MUG", &basel, 10, 0).await;
    let held = holds(&keeper, 4, 900).await.expect_status(201);
    assert_eq!([held.at("/status"), held.at("/lines/0/quantity")], ["ACTIVE", "4"]);
    shop.settle().await;
    assert_eq!(balance(&keeper, "MUG").await, [6, 4]);
    (keeper, held.at("/id"))
}

/// The hold has ended, once, by the clock.
async fn has_expired(shop: &Shop, keeper: &Actor) {
    assert_eq!(balance(keeper, "MUG").await, [10, 0]);
    shop.settle().await;
    let told = movements(keeper, "MUG").await;
    let kinds: Vec<_> = told.iter().map(|(kind, by, _)| (kind.as_str(), *by)).collect();
    assert_eq!(kinds, [("CREATED", 10), ("HELD", 4), ("EXPIRED", 4)]);
}

/// Time passes, and all that is due is done. A token lasts for a quarter of an hour: the keeper logs in anew.
async fn later(shop: &Shop, keeper: &mut Actor, seconds: u64) {
    shop.advance(Duration::from_secs(seconds));
    shop.settle().await;
    *keeper = shop.log_in(shop.guest(), keeper.email(), keeper.password()).await;
}

/// Of the four that can end a hold, these are switched off.
fn without(shop: &Shop, triggers: &[&str]) {
    for function in triggers {
        shop.world().enable_sources(function, false);
    }
}

const MESSAGE: &str = "ReservationsExpireFunction";
const SWEEP: &str = "ReservationsSweepFunction";
/// It hears of timers, and writes movements: those are told once it is on again.
const TIMER: &str = "InventoryProjectorFunction";

pub async fn stock_is_held_and_given_back(shop: Shop) {
    let (mut keeper, id) = four_of_ten(&shop).await;
    let releases = |sku: &str, id: &str| {
        let (keeper, path) = (anew(&keeper), format!("/v1/admin/inventory/{sku}/release"));
        let body = json!({"reservation_id": id});
        async move { keeper.post(&path, body).await }
    };
    holds(&keeper, 7, 900).await.expect_problem(409, "insufficient_stock");
    releases("TEE", &id).await.expect_problem(404, "not_found");
    releases("MUG", "rsv_00000000000000000000000000").await.expect_problem(404, "not_found");
    let released = releases("MUG", &id).await.expect_status(200);
    assert_eq!(released.at("/status"), "RELEASED");
    releases("MUG", &id).await.expect_problem(409, "reservation_ended");
    assert_eq!(balance(&keeper, "MUG").await, [10, 0]);
    // Its time passes, and nothing comes back twice.
    later(&shop, &mut keeper, 3_600).await;
    assert_eq!(balance(&keeper, "MUG").await, [10, 0]);
    assert_eq!(movements(&keeper, "MUG").await.last().unwrap().0, "RELEASED");
}

pub async fn a_line_comes_from_one_warehouse_if_one_can(shop: Shop) {
    let mut keeper = shop.staff(Role::Warehouse).await;
    let (basel, geneva) = (opens(&keeper, "Basel", 1).await, opens(&keeper, "Geneva", 2).await);
    keeps(&keeper, "MUG", &basel, 3, 0).await;
    keeps(&keeper, "MUG", &geneva, 5, 0).await;
    let taken = |answer: &Answer| answer.json()["lines"].as_array().unwrap().len();
    let from = |answer: &Answer| answer.at("/lines/0/warehouse_id");
    let four = holds(&keeper, 4, 60).await.expect_status(201);
    assert_eq!((taken(&four), from(&four)), (1, geneva), "the second has all four");
    let two = holds(&keeper, 2, 60).await.expect_status(201);
    assert_eq!((taken(&two), from(&two)), (1, basel), "the first in their order");
    let split = holds(&keeper, 2, 60).await.expect_status(201);
    assert_eq!(taken(&split), 2, "one of each");
    assert_eq!(balance(&keeper, "MUG").await, [0, 8]);
    later(&shop, &mut keeper, 60).await;
    assert_eq!(balance(&keeper, "MUG").await, [8, 0]);
}

pub async fn what_is_held_is_sold_once(shop: Shop) {
    let (mut keeper, id) = four_of_ten(&shop).await;
    let init = shop.operator("stock-reserve");
    let (desk, table) = (Holds::from_init(&init).await.unwrap(), Store::new(&init));
    let table = table.table(&init, "INVENTORY_TABLE").unwrap();
    let reservation = desk.reservation(id.parse().unwrap()).await.unwrap().unwrap();
    let sale = || table.transaction().and_all(desk.commit(&reservation, &Causation::default())).commit();
    // A moment past its time, while nobody has looked yet: whoever has paid gets it.
    without(&shop, &[MESSAGE, SWEEP, TIMER]);
    later(&shop, &mut keeper, 901).await;
    sale().await.unwrap();
    assert!(sale().await.unwrap_err().failed_at(0), "it is sold already");
    for trigger in [MESSAGE, SWEEP, TIMER] {
        shop.world().enable_sources(trigger, true);
    }
    shop.settle().await;
    assert_eq!(balance(&keeper, "MUG").await, [6, 0]);
    let told = movements(&keeper, "MUG").await;
    assert_eq!(told.last().unwrap(), &("COMMITTED".to_owned(), -4, [6, 0]));
    let body = json!({"reservation_id": id});
    anew(&keeper).post("/v1/admin/inventory/MUG/release", body).await.expect_problem(409, "reservation_ended");
}

pub async fn a_message_ends_a_hold_on_time(shop: Shop) {
    let (mut keeper, _) = four_of_ten(&shop).await;
    without(&shop, &[SWEEP, TIMER]);
    later(&shop, &mut keeper, 899).await;
    assert_eq!(balance(&keeper, "MUG").await, [6, 4], "a second before");
    later(&shop, &mut keeper, 1).await;
    shop.world().enable_sources(TIMER, true);
    has_expired(&shop, &keeper).await;
    // What a queue cannot wait for at once, it waits for in parts.
    holds(&keeper, 4, 3_600).await.expect_status(201);
    shop.settle().await;
    shop.world().enable_sources(TIMER, false);
    for (seconds, reserved) in [(900, 4), (900, 4), (900, 4), (899, 4), (1, 0)] {
        later(&shop, &mut keeper, seconds).await;
        assert_eq!(balance(&keeper, "MUG").await[1], reserved);
    }
}

pub async fn a_timer_that_is_gone_ends_a_hold(shop: Shop) {
    let (mut keeper, _) = four_of_ten(&shop).await;
    without(&shop, &[SWEEP, MESSAGE]);
    later(&shop, &mut keeper, 899).await;
    assert_eq!(balance(&keeper, "MUG").await, [6, 4], "a second before");
    // DynamoDB takes its time to purge what is over.
    later(&shop, &mut keeper, 48 * 60 * 60).await;
    has_expired(&shop, &keeper).await;
}

pub async fn the_sweep_ends_a_hold(shop: Shop) {
    let (mut keeper, _) = four_of_ten(&shop).await;
    without(&shop, &[TIMER, MESSAGE]);
    later(&shop, &mut keeper, 899).await;
    assert_eq!(balance(&keeper, "MUG").await, [6, 4], "a second before");
    later(&shop, &mut keeper, 61).await;
    shop.world().enable_sources(TIMER, true);
    has_expired(&shop, &keeper).await;
}

pub async fn a_buyer_who_is_short_ends_a_hold(shop: Shop) {
    let (mut keeper, _) = four_of_ten(&shop).await;
    without(&shop, &[TIMER, MESSAGE, SWEEP]);
    later(&shop, &mut keeper, 899).await;
    holds(&keeper, 7, 60).await.expect_problem(409, "insufficient_stock");
    later(&shop, &mut keeper, 1).await;
    let ten = holds(&keeper, 10, 60).await.expect_status(201);
    assert_eq!(balance(&keeper, "MUG").await, [0, 10]);
    let body = json!({"reservation_id": ten.at("/id")});
    anew(&keeper).post("/v1/admin/inventory/MUG/release", body).await.expect_status(200);
    shop.world().enable_sources(TIMER, true);
    shop.settle().await;
    let told = movements(&keeper, "MUG").await;
    let kinds: Vec<_> = told.iter().map(|(kind, by, _)| (kind.as_str(), *by)).collect();
    assert_eq!(kinds, [("CREATED", 10), ("HELD", 4), ("EXPIRED", 4), ("HELD", 10), ("RELEASED", 10)]);
}

pub async fn a_hold_is_asked_for_once(shop: Shop) {
    let (mut keeper, first) = four_of_ten(&shop).await;
    let body = json!({"quantity": 6, "ttl_seconds": 60, "reference": "order by telephone"});
    let (keyed, path) = (anew(&keeper), "/v1/admin/inventory/MUG/reserve");
    keeper.post(path, body.clone()).await.expect_problem(400, "idempotency_key_required");
    let (one, twin) = tokio::join!(keyed.post(path, body.clone()), keyed.post(path, body.clone()));
    let one = one.expect_status(201);
    assert_eq!(twin.expect_status(201).text(), one.text());
    // Whoever asks again hears of his own hold, and not that there are none left; also when it has ended since.
    assert_eq!(keyed.post(path, body.clone()).await.expect_status(201).text(), one.text());
    assert_eq!(balance(&keeper, "MUG").await, [0, 10]);
    later(&shop, &mut keeper, 60).await;
    assert_eq!(keyed.post(path, body).await.expect_status(201).text(), one.text());
    let other = json!({"quantity": 5, "ttl_seconds": 60, "reference": "order by telephone"});
    keyed.post(path, other).await.expect_problem(422, "idempotency_key_reused");
    assert_eq!(balance(&keeper, "MUG").await, [6, 4]);
    // A release too.
    let (keyed, body) = (anew(&keeper), json!({"reservation_id": first}));
    let path = "/v1/admin/inventory/MUG/release";
    let released = keyed.post(path, body.clone()).await.expect_status(200);
    assert_eq!(keyed.post(path, body).await.expect_status(200).text(), released.text());
}
