//! Sixty-four who want the same five hundred units at once, while clocks run out, staff adjust, calls conflict and are
//! throttled, and functions die. Nobody gets a unit that is not there, none is lost, and the movements add up.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail where it is surprised, its helpers too"
)]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use holdfast_auth::Role;
use holdfast_core::Causation;
use holdfast_dynamo::{Store, Table};
use holdfast_inventory::holds::Holds;
use holdfast_local::{CRASH_AFTER_COMMIT, Fault, Faults, Kind, Matcher, Options, SeededEntropy};
use holdfast_runtime::FromInit;
use holdfast_testing::{Actor, Answer, Shop};
use serde_json::{Value, json};

/// Who reserve.
const BUYERS: u64 = 64;
/// How often each does.
const ROUNDS: u64 = 4;
/// What lies in each warehouse.
const UNITS: [u64; 2] = [320, 180];
/// How often a client asks again that has heard no answer.
const PATIENCE: u32 = 40;

/// What a client knows of the reservations that it was granted, and of what staff adjusted.
#[derive(Debug, Default)]
struct Known {
    /// Units by reservation.
    held: BTreeMap<String, u64>,
    released: Vec<String>,
    sold: Vec<String>,
    adjusted: i64,
}

impl Known {
    fn and(mut self, other: Self) -> Self {
        self.held.extend(other.held);
        self.released.extend(other.released);
        self.sold.extend(other.sold);
        self.adjusted += other.adjusted;
        self
    }
}

/// Asks until there is an answer, always under the same key, as a client does that must know.
async fn asks(actor: &Actor, key: &str, path: &str, body: &Value) -> Answer {
    let keyed = actor.clone().keyed(key);
    for _ in 0..PATIENCE {
        let answer = keyed.post(path, body.clone()).await;
        if answer.status.as_u16() < 500 && answer.status != 429 {
            return answer;
        }
        tokio::task::yield_now().await;
    }
    panic!("{path} has no answer after {PATIENCE} tries");
}

/// The desk that other contexts sell at.
#[derive(Clone)]
struct Desk {
    holds: Holds,
    table: Table,
}

impl Desk {
    /// Sells what is held, unless it is held no more.
    async fn sells(&self, id: &str) -> bool {
        let reservation = self.holds.reservation(id.parse().unwrap()).await.unwrap().unwrap();
        let sale = self.holds.commit(&reservation, &Causation::default());
        self.table.transaction().and_all(sale).commit().await.is_ok()
    }
}

async fn buys(keeper: Actor, desk: Desk, nth: u64, seed: u64) -> Known {
    let random = SeededEntropy::new(seed ^ (nth << 32));
    let mut known = Known::default();
    for round in 0..ROUNDS {
        let (quantity, ttl_seconds) = (1 + random.next() % 9, 60 + random.next() % 400);
        let body = json!({"quantity": quantity, "ttl_seconds": ttl_seconds, "reference": "race"});
        let path = "/v1/admin/inventory/LAST/reserve";
        let answer = asks(&keeper, &format!("hold-{nth}-{round}"), path, &body).await;
        if answer.status == 409 {
            assert_eq!(answer.problem_code(), "insufficient_stock");
            continue;
        }
        let id = answer.expect_status(201).at("/id");
        known.held.insert(id.clone(), quantity);
        match random.next() % 4 {
            0 => {
                let body = json!({"reservation_id": id});
                let path = "/v1/admin/inventory/LAST/release";
                let answer = asks(&keeper, &format!("release-{nth}-{round}"), path, &body).await;
                if answer.status == 200 {
                    known.released.push(id);
                } else {
                    assert_eq!(answer.problem_code(), "reservation_ended", "{answer:?}");
                }
            }
            1 if desk.sells(&id).await => known.sold.push(id),
            // The clock ends it.
            _ => {}
        }
    }
    known
}

async fn adjusts(keeper: Actor, warehouses: [String; 2], seed: u64) -> Known {
    let random = SeededEntropy::new(!seed);
    let mut known = Known::default();
    for round in 0..40 {
        let delta = i64::try_from(random.next() % 7).unwrap() - 3;
        if delta == 0 {
            continue;
        }
        let warehouse = &warehouses[usize::try_from(random.next() % 2).unwrap()];
        let body = json!({"warehouse_id": warehouse, "delta": delta, "reason": "race"});
        let path = "/v1/admin/inventory/LAST/adjust";
        let answer = asks(&keeper, &format!("adjust-{round}"), path, &body).await;
        if answer.status == 409 {
            assert_eq!(answer.problem_code(), "below_reserved");
        } else {
            answer.expect_status(201);
            known.adjusted += delta;
        }
    }
    known
}

/// A movement, as the article's history tells it.
#[derive(Debug)]
struct Movement {
    kind: String,
    quantity: i64,
    warehouse: String,
    sequence: u64,
    reference: String,
    available: u64,
    reserved: u64,
}

async fn history(keeper: &Actor) -> Vec<Movement> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/v1/admin/inventory/LAST/history?limit=100{cursor}");
        let page = keeper.get(&path).await.expect_status(200).json();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        for item in page["items"].as_array().unwrap() {
            let after = &item["balance_after"];
            all.push(Movement {
                kind: text(&item["kind"]),
                quantity: item["quantity"].as_i64().unwrap(),
                warehouse: text(&item["warehouse_id"]),
                sequence: item["sequence"].as_u64().unwrap(),
                reference: text(&item["reference"]),
                available: after["available"].as_u64().unwrap(),
                reserved: after["reserved"].as_u64().unwrap(),
            });
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

/// What a movement does to what can be taken and to what is held.
fn effect(movement: &Movement) -> [i64; 2] {
    let quantity = movement.quantity;
    match movement.kind.as_str() {
        "CREATED" | "ADJUSTED" | "COUNTED" | "TRANSFERRED" => [quantity, 0],
        "HELD" => [-quantity, quantity],
        "RELEASED" | "EXPIRED" => [quantity, -quantity],
        "COMMITTED" => [0, quantity],
        other => panic!("{other} is no kind of movement"),
    }
}

/// Each stock's movements, one after the other, leave what they say.
fn add_up(history: &[Movement]) -> u64 {
    let mut stocks: BTreeMap<&str, Vec<&Movement>> = BTreeMap::new();
    for movement in history {
        stocks.entry(&movement.warehouse).or_default().push(movement);
    }
    let mut on_hand = 0;
    for (warehouse, mut movements) in stocks {
        movements.sort_by_key(|movement| movement.sequence);
        let mut balance = [0_i64; 2];
        for (nth, movement) in (1..).zip(&movements) {
            assert_eq!(movement.sequence, nth, "{warehouse} lacks a movement, or has one twice");
            let [available, reserved] = effect(movement);
            balance = [balance[0] + available, balance[1] + reserved];
            let after = [movement.available, movement.reserved].map(|count| i64::try_from(count).unwrap());
            assert_eq!(balance, after, "{movement:?}");
        }
        on_hand += u64::try_from(balance[0] + balance[1]).unwrap();
    }
    on_hand
}

/// Every reservation that a client was granted was held whole and ended once, in the way that the client was told; and
/// there is no reservation that nobody was granted.
fn ended_once(history: &[Movement], known: &Known) {
    let mut by_reservation: BTreeMap<&str, BTreeMap<&str, u64>> = BTreeMap::new();
    for movement in history.iter().filter(|movement| movement.reference.starts_with("rsv_")) {
        let kinds = by_reservation.entry(&movement.reference).or_default();
        *kinds.entry(&movement.kind).or_default() += movement.quantity.unsigned_abs();
    }
    let granted: Vec<&str> = known.held.keys().map(String::as_str).collect();
    assert_eq!(by_reservation.keys().copied().collect::<Vec<_>>(), granted, "who was granted what");
    for (id, kinds) in by_reservation {
        let units = known.held[id];
        let end = match (known.released.iter().any(|one| one == id), known.sold.iter().any(|one| one == id)) {
            (true, false) => "RELEASED",
            (false, true) => "COMMITTED",
            (false, false) => "EXPIRED",
            (true, true) => panic!("{id} was both given back and sold"),
        };
        assert_eq!(kinds, BTreeMap::from([("HELD", units), (end, units)]), "{id}");
    }
}

async fn race(seed: u64) -> BTreeMap<&'static str, u64> {
    let mut options = Options::simulated(Shop::blueprint(), seed);
    let kinds = [Kind::Conflicts, Kind::Throttle, Kind::Crash, Kind::Lost, Kind::Duplicates, Kind::Reorder];
    options.faults = Faults::seeded(&kinds, seed);
    let shop = Arc::new(Shop::of(options));
    shop.world().faults().pause(true);
    let keeper = shop.staff(Role::Warehouse).await;
    let mut warehouses = Vec::new();
    for (nth, units) in UNITS.iter().enumerate() {
        let body = json!({"name": format!("No. {nth}"), "priority": nth});
        let warehouse = asks(&keeper, &format!("open-{nth}"), "/v1/admin/warehouses", &body).await.at("/id");
        let body = json!({"sku": "LAST", "warehouse_id": warehouse, "on_hand": units});
        asks(&keeper, &format!("first-{nth}"), "/v1/admin/inventory", &body).await.expect_status(201);
        warehouses.push(warehouse);
    }
    let init = shop.world().operator("stock-reserve").unwrap();
    let table = Store::new(&init).table(&init, "INVENTORY_TABLE").unwrap();
    let desk = Desk { holds: Holds::from_init(&init).await.unwrap(), table };
    shop.world().faults().pause(false);
    // Chance alone might spare a run the worst moment to die at.
    for (function, after) in [("StockReserveFunction", 20), ("StockReserveFunction", 50), ("StockReleaseFunction", 5)] {
        let (function, operation) = (Some(function.to_owned()), Some("TransactWriteItems".to_owned()));
        shop.world().faults().once(Matcher { function, operation, after }, Fault::CrashAfter);
    }

    let done = Arc::new(AtomicBool::new(false));
    let steps = Arc::new(AtomicU64::new(0));
    // Behind the API everything goes on: streams, queues, the sweep; and time.
    let background = tokio::spawn({
        let (shop, done, steps) = (Arc::clone(&shop), Arc::clone(&done), Arc::clone(&steps));
        async move {
            let mut ahead = 0;
            while !done.load(Ordering::SeqCst) {
                let worked = shop.world().step().await;
                let nth = steps.fetch_add(1, Ordering::SeqCst);
                // Tokens last for a quarter of an hour.
                if nth % 10 == 9 && ahead < 840 {
                    shop.advance(Duration::from_secs(7));
                    ahead += 7;
                } else if !worked {
                    tokio::task::yield_now().await;
                }
            }
        }
    });
    let mut tasks = Vec::new();
    for nth in 0..BUYERS {
        tasks.push(tokio::spawn(buys(keeper.clone(), desk.clone(), nth, seed)));
    }
    let warehouses = [warehouses[0].clone(), warehouses[1].clone()];
    tasks.push(tokio::spawn(adjusts(keeper.clone(), warehouses, seed)));
    let mut known = Known::default();
    for task in tasks {
        known = known.and(task.await.unwrap());
    }
    done.store(true, Ordering::SeqCst);
    background.await.unwrap();

    shop.world().faults().pause(true);
    shop.advance(Duration::from_secs(2 * 60 * 60));
    shop.settle().await;
    let keeper = shop.log_in(shop.guest(), keeper.email(), keeper.password()).await;
    let stock = keeper.get("/v1/admin/inventory/LAST").await.expect_status(200).json();
    let history = history(&keeper).await;
    let on_hand = add_up(&history);
    ended_once(&history, &known);
    let sold: u64 = known.sold.iter().map(|id| known.held[id]).sum();
    let left = i64::try_from(UNITS.iter().sum::<u64>() - sold).unwrap() + known.adjusted;
    assert_eq!(stock["reserved"], 0, "every hold has ended");
    assert_eq!(stock["available"], left, "nothing came from nowhere, and nothing went there");
    assert_eq!(on_hand, u64::try_from(left).unwrap());
    let audited = shop.world().invoke("stock-audit", json!({})).await;
    assert_eq!(audited, Ok(Value::Null), "the shop's own audit finds the same");
    assert!(!known.sold.is_empty() && !known.released.is_empty() && known.held.len() > 64, "much went on: {known:?}");

    let mut counts = shop.world().faults().counts();
    counts.insert("overlapping_handlers", shop.world().overlapping());
    counts.insert("granted", u64::try_from(known.held.len()).unwrap());
    counts.insert("movements", u64::try_from(history.len()).unwrap());
    counts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_race_for_five_hundred_units() {
    for seed in 1..=3 {
        println!("seed {seed}");
        let counts = race(seed).await;
        println!("{counts:?}");
        for kind in ["conflicts", "throttle", CRASH_AFTER_COMMIT, "overlapping_handlers"] {
            assert!(counts.get(kind).is_some_and(|count| *count > 0), "seed {seed} raced without {kind}: {counts:?}");
        }
    }
}
