//! A hold of any length ends on time by any of the four that look at it, and once, although each looks twice.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail where it is surprised, its helpers too"
)]

use std::time::Duration;

use holdfast_auth::Role;
use holdfast_testing::{Actor, Shop};
use serde_json::{Value, json};

const MESSAGE: &str = "ReservationsExpireFunction";
const SWEEP: &str = "ReservationsSweepFunction";
const TIMER: &str = "InventoryProjectorFunction";

/// What looks at a hold.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Look {
    Message,
    Sweep,
    Timer,
    Buyer,
}

/// A shop in which somebody holds four of ten mugs for so many minutes: whoever keeps them, and the reservation.
async fn four_of_ten(minutes: u32) -> (Shop, Actor, String) {
    let shop = Shop::open();
    let keeper = shop.staff(Role::Warehouse).await;
    let posts =
        async |key: &str, path: &str, body: Value| keeper.clone().keyed(key).post(path, body).await.expect_status(201);
    let basel = posts("basel", "/v1/admin/warehouses", json!({"name": "Basel", "priority": 1})).await.at("/id");
    posts("first", "/v1/admin/inventory", json!({"sku": "MUG", "warehouse_id": basel, "on_hand": 10})).await;
    let hold = json!({"quantity": 4, "ttl_seconds": minutes * 60, "reference": "a call"});
    let held = posts("hold", "/v1/admin/inventory/MUG/reserve", hold).await.at("/id");
    shop.settle().await;
    (shop, keeper, held)
}

async fn later(shop: &Shop, keeper: &Actor, seconds: u64) -> Actor {
    shop.advance(Duration::from_secs(seconds));
    shop.settle().await;
    shop.log_in(shop.guest(), keeper.email(), keeper.password()).await
}

/// Looks at the hold: by hand, because the mappings are off.
async fn looks(shop: &Shop, keeper: &Actor, reservation: &str, look: Look) {
    match look {
        Look::Message => {
            let made = shop.world().engines().events.archived().unwrap();
            let made = made.iter().map(|archived| &archived.event["detail"]);
            let made = made.filter(|event| event["type"] == "inventory.reservation-made.v1").collect::<Vec<_>>();
            let made = made.into_iter().find(|event| event["subject"] == reservation).unwrap();
            let record = json!({"messageId": "1", "body": json!({"detail": made}).to_string()});
            let answer = shop.world().invoke("reservations-expire", json!({"Records": [record]})).await;
            assert_eq!(answer, Ok(json!({"batchItemFailures": []})));
        }
        Look::Sweep => {
            assert_eq!(shop.world().invoke("reservations-sweep", json!({})).await, Ok(Value::Null));
        }
        Look::Timer => {
            let text = |text: &str| json!({"S": text});
            let keys = json!({"pk": text(&format!("TIMER#{reservation}")), "sk": text("TIMER")});
            let mut timer = keys.clone();
            timer["entity"] = text("timer");
            timer["v"] = json!({"N": "1"});
            timer["reservation_id"] = text(reservation);
            timer["due_at"] = text("2026-01-01T00:00:00Z");
            let change = json!({"Keys": keys, "OldImage": timer, "SequenceNumber": "42", "SizeBytes": 1});
            let record = json!({
                "awsRegion": "us-east-1", "eventID": "1", "eventName": "REMOVE", "eventSource": "aws:dynamodb",
                "dynamodb": change,
            });
            let answer = shop.world().invoke("inventory-projector", json!({"Records": [record]})).await.unwrap();
            // Ahead of its time it comes again; afterwards it is done with.
            assert!(answer["batchItemFailures"].is_array());
        }
        Look::Buyer => {
            // More than there is, with the hold or without it: who is short looks, and goes.
            let body = json!({"quantity": 11, "ttl_seconds": 60, "reference": "greedy"});
            let answer = keeper.clone().keyed("greedy").post("/v1/admin/inventory/MUG/reserve", body).await;
            answer.expect_problem(409, "insufficient_stock");
        }
    }
}

async fn reserved(keeper: &Actor) -> u64 {
    keeper.get("/v1/admin/inventory/MUG").await.expect_status(200).json()["reserved"].as_u64().unwrap()
}

#[tokio::test]
async fn each_look_ends_a_hold_of_any_length_once() {
    for minutes in [14, 15, 16, 60] {
        for look in [Look::Message, Look::Sweep, Look::Timer, Look::Buyer] {
            let (shop, keeper, reservation) = four_of_ten(minutes).await;
            for function in [MESSAGE, SWEEP, TIMER] {
                shop.world().enable_sources(function, false);
            }
            let keeper = later(&shop, &keeper, u64::from(minutes) * 60 - 1).await;
            looks(&shop, &keeper, &reservation, look).await;
            assert_eq!(reserved(&keeper).await, 4, "{minutes} minutes, {look:?}: a second before");
            let keeper = later(&shop, &keeper, 1).await;
            assert_eq!(reserved(&keeper).await, 4, "{minutes} minutes, {look:?}: nobody has looked yet");
            looks(&shop, &keeper, &reservation, look).await;
            looks(&shop, &keeper, &reservation, look).await;
            assert_eq!(reserved(&keeper).await, 0, "{minutes} minutes, {look:?}");
            // All of them again, as late as can be.
            for function in [MESSAGE, SWEEP, TIMER] {
                shop.world().enable_sources(function, true);
            }
            let keeper = later(&shop, &keeper, 48 * 60 * 60).await;
            let history = keeper.get("/v1/admin/inventory/MUG/history").await.expect_status(200).json();
            let kinds: Vec<_> = history["items"].as_array().unwrap().iter().map(|item| item["kind"].clone()).collect();
            assert_eq!(kinds, ["EXPIRED", "HELD", "CREATED"], "{minutes} minutes, {look:?}");
            assert_eq!(history["items"][0]["balance_after"], json!({"available": 10, "reserved": 0, "on_hand": 10}));
        }
    }
}

#[tokio::test]
async fn who_is_short_finds_a_hold_behind_all_others_that_are_due() {
    let (shop, keeper, _) = four_of_ten(2).await;
    for function in [MESSAGE, SWEEP, TIMER] {
        shop.world().enable_sources(function, false);
    }
    let warehouse = keeper.get("/v1/admin/warehouses").await.at("/items/0/id");
    let tees = json!({"sku": "TEE", "warehouse_id": warehouse, "on_hand": 1_000});
    keeper.clone().keyed("tees").post("/v1/admin/inventory", tees).await.expect_status(201);
    // Seventy for each partition of the index, and all of them due before the mugs are.
    for nth in 0..560 {
        let hold = json!({"quantity": 1, "ttl_seconds": 60, "reference": "a call"});
        let holder = keeper.clone().keyed(&format!("tee-{nth}"));
        holder.post("/v1/admin/inventory/TEE/reserve", hold).await.expect_status(201);
    }
    let keeper = later(&shop, &keeper, 120).await;
    let all = json!({"quantity": 10, "ttl_seconds": 60, "reference": "all of them"});
    keeper.clone().keyed("all").post("/v1/admin/inventory/MUG/reserve", all).await.expect_status(201);
}
