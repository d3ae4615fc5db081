//! A hundred who want the last ten at once, some of them clicking twice, while prices change, calls conflict and are throttled,
//! and functions die. Ten get one, each at a price that was true while they asked, and everybody else hears why not.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail where it is surprised, its helpers too"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use holdfast_auth::Role;
use holdfast_local::{CRASH_AFTER_COMMIT, Fault, Faults, Kind, Matcher, Options};
use holdfast_testing::{Actor, Answer, Shop};
use serde_json::{Value, json};

const BUYERS: usize = 100;
const UNITS: u64 = 10;
/// The first of the buyers click twice.
const DOUBLE_CLICKERS: usize = 5;
/// How often a client asks again that has heard no answer, or another price.
const PATIENCE: u32 = 200;
const SHIPPING: i64 = 700;
/// How often the price changes: more, and nobody would agree on one any more.
const CHANGES: i64 = 24;

/// What happened when: each price has one moment at which it was asked for, and one at which it was answered.
#[derive(Debug, Default)]
struct Log {
    ticks: AtomicU64,
    /// Each price in its order, with its two moments; the second is none while nobody has heard.
    prices: Mutex<Vec<(i64, u64, Option<u64>)>>,
}

impl Log {
    fn tick(&self) -> u64 {
        self.ticks.fetch_add(1, Ordering::SeqCst)
    }

    /// Whether a price may have been the current one at some moment between these: the one that everybody had heard of before,
    /// or one that was asked for since.
    fn was_true(&self, price: i64, (since, until): (u64, u64)) -> bool {
        let prices = self.prices.lock().unwrap();
        let heard = |entry: &&(i64, u64, Option<u64>)| entry.2.is_some_and(|heard| heard < since);
        let last_heard = prices.iter().rposition(|entry| heard(&entry)).unwrap_or(0);
        prices[last_heard..].iter().any(|(one, asked, _)| *one == price && *asked < until)
    }
}

/// What a buyer heard in the end.
#[derive(Debug)]
enum Heard {
    Ordered { id: String, price: i64, within: (u64, u64) },
    OutOfStock,
}

fn checkout(total: i64) -> Value {
    json!({
        "expected_total": {"amount": total, "currency": "USD"},
        "email": "guest@example.test",
        "shipping_address": {"name": "Ada", "line1": "1 Street", "city": "Reykjavik", "postal_code": "101", "country": "IS"},
        "shipping_method": "standard",
    })
}

/// Clicks once or twice, until there is an answer that no repeat changes.
async fn buys(guest: Actor, nth: usize, log: Arc<Log>, mut total: i64) -> Heard {
    let keyed = guest.keyed(&format!("buy-{nth}"));
    // A try whose answer was lost may be the one that has ordered: what is asked again was asked since the first.
    let mut since = log.tick();
    for _ in 0..PATIENCE {
        let body = checkout(total);
        let answers: Vec<Answer> = if nth < DOUBLE_CLICKERS {
            let (one, other) =
                tokio::join!(keyed.post("/v1/checkout", body.clone()), keyed.post("/v1/checkout", body.clone()));
            vec![one, other]
        } else {
            vec![keyed.post("/v1/checkout", body).await]
        };
        let within = (since, log.tick());
        let ids: BTreeSet<_> =
            answers.iter().filter(|answer| answer.status == 201).map(|answer| answer.at("/id")).collect();
        assert!(ids.len() <= 1, "two clicks, two orders: {ids:?}");
        let code = |answer: &Answer| if answer.status == 409 { answer.problem_code() } else { String::new() };
        if let Some(placed) = answers.iter().find(|answer| answer.status == 201) {
            let lacks = answers.iter().any(|answer| code(answer) == "out_of_stock");
            assert!(!lacks, "who has ordered hears of no lack: {answers:?}");
            let price = placed.at("/lines/0/unit_price/amount").parse().unwrap();
            assert_eq!(price + SHIPPING, total, "another price than was agreed on");
            return Heard::Ordered { id: placed.at("/id"), price, within };
        }
        for answer in &answers {
            match (answer.status.as_u16(), code(answer).as_str()) {
                (409, "price_changed") => {
                    total = answer.json()["quote"]["total"]["amount"].as_i64().unwrap();
                    since = log.tick();
                }
                (409, "out_of_stock") => return Heard::OutOfStock,
                (500.. | 429, _) => tokio::task::yield_now().await,
                _ => panic!("nobody should hear this: {answer:?}"),
            }
        }
    }
    panic!("buyer {nth} has no answer after {PATIENCE} tries");
}

async fn race(seed: u64) -> BTreeMap<&'static str, u64> {
    let mut options = Options::simulated(Shop::blueprint(), seed);
    let kinds = [Kind::Conflicts, Kind::Throttle, Kind::Crash, Kind::Lost, Kind::Duplicates, Kind::Reorder];
    options.faults = Faults::seeded(&kinds, seed);
    let shop = Arc::new(Shop::of(options));
    shop.world().faults().pause(true);
    let (clerk, keeper) = (shop.staff(Role::Catalog).await, shop.staff(Role::Warehouse).await);
    let last =
        json!({"title": "The last", "variants": [{"sku": "LAST", "price": {"amount": 1000, "currency": "USD"}}]});
    clerk.clone().keyed("last").post("/v1/admin/products", last).await.expect_status(201);
    for (nth, units) in [(0, 6), (1, UNITS - 6)] {
        let keeper = keeper.clone().keyed(&format!("warehouse-{nth}"));
        let warehouse =
            keeper.post("/v1/admin/warehouses", json!({"name": format!("No. {nth}"), "priority": nth})).await;
        let stock = json!({"sku": "LAST", "warehouse_id": warehouse.expect_status(201).at("/id"), "on_hand": units});
        keeper.post("/v1/admin/inventory", stock).await.expect_status(201);
    }
    let mut guests = Vec::new();
    for _ in 0..BUYERS {
        let guest = shop.guest();
        let cart = guest.post("/v1/cart/items", json!({"sku": "LAST", "quantity": 1})).await.expect_status(201);
        guests.push(guest.with_header("x-cart-token", &cart.at("/cart_token")));
    }
    shop.world().faults().pause(false);
    // Chance alone might spare a run the worst moment to die at.
    for after in [3, 8, 15] {
        let (function, operation) = (Some("CheckoutPlaceFunction".to_owned()), Some("TransactWriteItems".to_owned()));
        shop.world().faults().once(Matcher { function, operation, after }, Fault::CrashAfter);
    }
    let (log, done) = (Arc::new(Log::default()), Arc::new(AtomicBool::new(false)));
    let first = (1000, log.tick(), Some(log.tick()));
    log.prices.lock().unwrap().push(first);
    let prices = tokio::spawn({
        let (clerk, log, done) = (clerk.clone(), Arc::clone(&log), Arc::clone(&done));
        async move {
            for price in 1001..1001 + CHANGES {
                if done.load(Ordering::SeqCst) {
                    break;
                }
                let asked = log.tick();
                log.prices.lock().unwrap().push((price, asked, None));
                let body = json!({"price": {"amount": price, "currency": "USD"}});
                // A change whose answer is lost may have been made: only one that is answered is heard of.
                if clerk.patch("/v1/admin/variants/LAST", body).await.status == 200 {
                    let heard = log.tick();
                    log.prices.lock().unwrap().last_mut().unwrap().2 = Some(heard);
                }
                for _ in 0..10 {
                    tokio::task::yield_now().await;
                }
            }
        }
    });
    let background = tokio::spawn({
        let (shop, done) = (Arc::clone(&shop), Arc::clone(&done));
        async move {
            while !done.load(Ordering::SeqCst) {
                if !shop.world().step().await {
                    tokio::task::yield_now().await;
                }
            }
        }
    });
    let tasks = guests.into_iter().enumerate();
    let tasks: Vec<_> =
        tasks.map(|(nth, guest)| tokio::spawn(buys(guest, nth, Arc::clone(&log), 1000 + SHIPPING))).collect();
    let mut ordered = BTreeMap::new();
    let mut losers = 0;
    for task in tasks {
        match task.await.unwrap() {
            Heard::Ordered { id, price, within } => drop(ordered.insert(id, (price, within))),
            Heard::OutOfStock => losers += 1,
        }
    }
    done.store(true, Ordering::SeqCst);
    prices.await.unwrap();
    background.await.unwrap();
    shop.world().faults().pause(true);
    shop.settle().await;

    assert_eq!(
        (ordered.len() as u64, losers),
        (UNITS, BUYERS - ordered.len()),
        "ten are sold, and everybody else knows why not"
    );
    for (id, (price, within)) in &ordered {
        assert!(
            log.was_true(*price, *within),
            "{id} was charged {price}, which was no price between {within:?}: {log:?}"
        );
    }
    let stock = keeper.get("/v1/admin/inventory/LAST").await.expect_status(200).json();
    assert_eq!((&stock["available"], &stock["reserved"]), (&json!(0), &json!(UNITS)));
    let support = shop.staff(Role::Support).await;
    let list = support.get("/v1/admin/orders?limit=100").await.expect_status(200).json();
    let listed: BTreeSet<_> =
        list["items"].as_array().unwrap().iter().map(|order| order["id"].as_str().unwrap()).collect();
    assert_eq!(listed, ordered.keys().map(String::as_str).collect(), "there is no order that nobody was told of");
    assert_eq!(shop.world().invoke("stock-audit", json!({})).await, Ok(Value::Null));

    let mut counts = shop.world().faults().counts();
    counts.insert("overlapping_handlers", shop.world().overlapping());
    counts.insert("prices", log.prices.lock().unwrap().len() as u64);
    counts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_race_for_the_last_ten() {
    for seed in 1..=3 {
        println!("seed {seed}");
        let counts = race(seed).await;
        println!("{counts:?}");
        for kind in ["conflicts", "throttle", CRASH_AFTER_COMMIT, "overlapping_handlers"] {
            assert!(counts.get(kind).is_some_and(|count| *count > 0), "seed {seed} raced without {kind}: {counts:?}");
        }
        assert!(counts["prices"] > 5, "prices changed meanwhile: {counts:?}");
    }
}
