//! Warehouses, and what lies in them.

use std::sync::atomic::{AtomicU64, Ordering};

use holdfast_auth::Role;
use holdfast_testing::{Actor, Shop};
use serde_json::{Value, json};

/// The same, with an Idempotency-Key that nobody has used before.
pub(super) fn anew(actor: &Actor) -> Actor {
    static KEYS: AtomicU64 = AtomicU64::new(0);
    actor.clone().keyed(&format!("key-{}", KEYS.fetch_add(1, Ordering::Relaxed)))
}

/// A new warehouse's id.
pub async fn opens(keeper: &Actor, name: &str, priority: u32) -> String {
    let body = json!({"name": name, "priority": priority});
    anew(keeper).post("/v1/admin/warehouses", body).await.expect_status(201).at("/id")
}

/// Puts an article into a warehouse for the first time.
pub async fn keeps(keeper: &Actor, sku: &str, warehouse: &str, on_hand: u32, threshold: u32) {
    let body = json!({"sku": sku, "warehouse_id": warehouse, "on_hand": on_hand, "low_stock_threshold": threshold});
    anew(keeper).post("/v1/admin/inventory", body).await.expect_status(201);
}

/// Available and reserved, as staff see them.
pub async fn balance(keeper: &Actor, sku: &str) -> [u64; 2] {
    let stock = keeper.get(&format!("/v1/admin/inventory/{sku}")).await.expect_status(200).json();
    assert_eq!(
        stock["on_hand"].as_u64(),
        Some(stock["available"].as_u64().unwrap() + stock["reserved"].as_u64().unwrap())
    );
    [stock["available"].as_u64().unwrap(), stock["reserved"].as_u64().unwrap()]
}

/// Every movement, the oldest first: its kind, its quantity, and what it left.
pub(super) async fn movements(keeper: &Actor, sku: &str) -> Vec<(String, i64, [u64; 2])> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = keeper.get(&format!("/v1/admin/inventory/{sku}/history?limit=7{cursor}")).await.expect_status(200);
        let page = page.json();
        for movement in page["items"].as_array().unwrap() {
            let after = &movement["balance_after"];
            all.push((
                movement["kind"].as_str().unwrap().to_owned(),
                movement["quantity"].as_i64().unwrap(),
                [after["available"].as_u64().unwrap(), after["reserved"].as_u64().unwrap()],
            ));
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    all.reverse();
    all
}

pub async fn an_article_is_kept_and_every_move_is_told(shop: Shop) {
    let keeper = shop.staff(Role::Warehouse).await;
    let basel = opens(&keeper, "Basel", 1).await;
    let unknown = json!({"sku": "TEE-M", "warehouse_id": "whs_00000000000000000000000000", "on_hand": 1});
    let answer = anew(&keeper).post("/v1/admin/inventory", unknown).await.expect_problem(422, "invalid_input");
    assert_eq!(answer.at("/errors/0/pointer"), "/warehouse_id");
    keeps(&keeper, "TEE-M", &basel, 10, 3).await;
    let again = json!({"sku": "TEE-M", "warehouse_id": basel, "on_hand": 1});
    anew(&keeper).post("/v1/admin/inventory", again).await.expect_problem(409, "stock_exists");

    let adjusts = |delta: i64, reason: &str| {
        let body = json!({"warehouse_id": basel, "delta": delta, "reason": reason});
        let keeper = anew(&keeper);
        async move { keeper.post("/v1/admin/inventory/TEE-M/adjust", body).await }
    };
    adjusts(5, "found behind a shelf").await.expect_status(201);
    adjusts(-12, "broken in transit").await.expect_status(201);
    adjusts(-4, "more than there are").await.expect_problem(409, "below_reserved");
    adjusts(100_000_000, "more than a place holds").await.expect_problem(409, "too_much_stock");
    let nowhere = json!({"warehouse_id": "whs_00000000000000000000000000", "delta": 1, "reason": "x"});
    anew(&keeper).post("/v1/admin/inventory/TEE-M/adjust", nowhere).await.expect_problem(404, "not_found");
    shop.settle().await;

    assert_eq!(balance(&keeper, "TEE-M").await, [3, 0]);
    let told = [("CREATED", 10, [10, 0]), ("ADJUSTED", 5, [15, 0]), ("ADJUSTED", -12, [3, 0])];
    let told: Vec<_> = told.into_iter().map(|(kind, by, after)| (kind.to_owned(), by, after)).collect();
    assert_eq!(movements(&keeper, "TEE-M").await, told);
    let history = keeper.get("/v1/admin/inventory/TEE-M/history?limit=1").await.expect_status(200);
    assert_eq!(history.at("/items/0/reference"), "broken in transit");
    assert_eq!(history.at("/items/0/actor"), keeper.user_id());
    keeper.get("/v1/admin/inventory/TEE-M/history?cursor=x").await.expect_problem(422, "invalid_input");

    let analyst = shop.staff(Role::Analyst).await;
    let listed = analyst.get("/v1/admin/inventory").await.expect_status(200);
    assert_eq!([listed.at("/items/0/sku"), listed.at("/items/0/level")], ["TEE-M", "low"]);
    let low = analyst.get("/v1/admin/inventory/low-stock").await.expect_status(200);
    assert_eq!(low.at("/items/0/sku"), "TEE-M");
    analyst.get("/v1/admin/inventory/NONE").await.expect_problem(404, "not_found");
    analyst.get("/v1/admin/inventory/NONE/history").await.expect_problem(404, "not_found");

    // The threshold goes down: three are enough now.
    let version = keeper.get("/v1/admin/inventory/TEE-M").await.header("etag").unwrap().to_owned();
    let stale = keeper.clone().with_header("if-match", "\"7\"");
    let lower = json!({"low_stock_threshold": 2});
    stale.patch("/v1/admin/inventory/TEE-M", lower.clone()).await.expect_problem(412, "precondition_failed");
    let fresh = keeper.clone().with_header("if-match", &version);
    fresh.patch("/v1/admin/inventory/TEE-M", lower.clone()).await.expect_status(200);
    keeper.patch("/v1/admin/inventory/NONE", lower).await.expect_problem(404, "not_found");
    shop.settle().await;
    let low = analyst.get("/v1/admin/inventory/low-stock").await.expect_status(200);
    assert_eq!(low.at("/items"), "[]");

    // Everybody may know whether it can be had, and how many only when there are few.
    let guest = shop.guest();
    let shown = guest.get("/v1/availability?skus=TEE-M,NONE").await.expect_status(200);
    assert_eq!(
        shown.at("/items"),
        r#"[{"sku":"TEE-M","availability":"in_stock"},{"sku":"NONE","availability":"out"}]"#
    );
    let known = guest.clone().with_header("if-none-match", shown.header("etag").unwrap());
    known.get("/v1/availability?skus=TEE-M,NONE").await.expect_status(304);
    adjusts(-1, "sold at the door").await.expect_status(201);
    let shown = known.get("/v1/availability?skus=TEE-M,NONE").await.expect_status(200);
    assert_eq!(shown.at("/items/0"), r#"{"sku":"TEE-M","availability":"low","available":2}"#);
    guest.get("/v1/availability?skus=").await.expect_problem(422, "invalid_input");
    // Every day, all of it is held against what was told of it.
    shop.advance(std::time::Duration::from_secs(24 * 60 * 60));
    shop.settle().await;
}

pub async fn stock_is_brought_to_another_warehouse(shop: Shop) {
    let keeper = shop.staff(Role::Warehouse).await;
    let (basel, geneva) = (opens(&keeper, "Basel", 1).await, opens(&keeper, "Geneva", 2).await);
    keeps(&keeper, "MUG", &basel, 10, 0).await;
    let brings = |from: &str, to: &str, quantity: u32| {
        let body = json!({"from": from, "to": to, "quantity": quantity});
        let keeper = anew(&keeper);
        async move { keeper.post("/v1/admin/inventory/MUG/transfer", body).await }
    };
    brings(&basel, &geneva, 4).await.expect_status(201);
    brings(&basel, &geneva, 1).await.expect_status(201);
    brings(&geneva, &basel, 6).await.expect_problem(409, "insufficient_stock");
    brings(&geneva, &geneva, 1).await.expect_problem(422, "invalid_input");
    let nowhere = "whs_00000000000000000000000000";
    brings(nowhere, &basel, 1).await.expect_problem(404, "not_found");
    brings(&basel, nowhere, 1).await.expect_problem(422, "invalid_input");
    let stock = keeper.get("/v1/admin/inventory/MUG").await.expect_status(200);
    let places = ["0", "1"]
        .map(|nth| [stock.at(&format!("/warehouses/{nth}/name")), stock.at(&format!("/warehouses/{nth}/available"))]);
    assert_eq!(places, [["Basel", "5"], ["Geneva", "5"]]);
    shop.settle().await;
    let sum: i64 = movements(&keeper, "MUG").await.iter().map(|(_, by, _)| by).sum();
    assert_eq!(sum, 10, "nothing came or went on the way");
}

pub async fn a_warehouse_counts_what_it_has(shop: Shop) {
    let keeper = shop.staff(Role::Warehouse).await;
    let basel = opens(&keeper, "Basel", 1).await;
    for (sku, on_hand) in [("A", 10), ("B", 10), ("C", 10)] {
        keeps(&keeper, sku, &basel, on_hand, 0).await;
    }
    let hold = json!({"quantity": 4, "ttl_seconds": 3600, "reference": "a call"});
    anew(&keeper).post("/v1/admin/inventory/C/reserve", hold).await.expect_status(201);
    let count = |sku: &str, on_hand: u32| json!({"sku": sku, "on_hand": on_hand});
    let counts =
        json!({"warehouse_id": basel, "counts": [count("A", 8), count("B", 10), count("C", 3), count("D", 1)]});
    let keyed = anew(&keeper);
    let synced = keyed.post("/v1/admin/inventory/sync", counts.clone()).await.expect_status(200);
    let results = ["changed", "unchanged", "below_reserved", "unknown"];
    for (nth, result) in results.iter().enumerate() {
        assert_eq!(synced.at(&format!("/results/{nth}/result")), *result);
    }
    // What is held is counted in.
    let held = json!({"warehouse_id": basel, "counts": [count("C", 5)]});
    anew(&keeper).post("/v1/admin/inventory/sync", held).await.expect_status(200);
    assert_eq!(balance(&keeper, "C").await, [1, 4]);
    // The same count again counts nothing, although it has changed since.
    let more = json!({"warehouse_id": basel, "delta": 1, "reason": "found"});
    anew(&keeper).post("/v1/admin/inventory/A/adjust", more).await.expect_status(201);
    assert_eq!(keyed.post("/v1/admin/inventory/sync", counts).await.expect_status(200).text(), synced.text());
    assert_eq!(balance(&keeper, "A").await, [9, 0]);
    shop.settle().await;
    let told = movements(&keeper, "A").await;
    assert_eq!(
        told.iter().map(|(kind, by, _)| (kind.as_str(), *by)).collect::<Vec<_>>(),
        [("CREATED", 10), ("COUNTED", -2), ("ADJUSTED", 1)]
    );
}

pub async fn a_thousand_counts_are_one_request(shop: Shop) {
    let keeper = shop.staff(Role::Warehouse).await;
    let basel = opens(&keeper, "Basel", 1).await;
    keeps(&keeper, "S0", &basel, 1, 0).await;
    let counts = |many: u32| -> Value {
        let counts: Vec<_> = (0..many).map(|nth| json!({"sku": format!("S{nth}"), "on_hand": 7})).collect();
        json!({"warehouse_id": basel, "counts": counts})
    };
    let synced = anew(&keeper).post("/v1/admin/inventory/sync", counts(1_000)).await.expect_status(200);
    assert_eq!([synced.at("/results/0/result"), synced.at("/results/999/result")], ["changed", "unknown"]);
    for wrong in [counts(1_001), counts(0)] {
        let answer = anew(&keeper).post("/v1/admin/inventory/sync", wrong).await.expect_problem(422, "invalid_input");
        assert_eq!(answer.at("/errors/0/pointer"), "/counts");
    }
    let twice = json!({"warehouse_id": basel, "counts": [{"sku": "S0", "on_hand": 1}, {"sku": "S0", "on_hand": 2}]});
    let answer = anew(&keeper).post("/v1/admin/inventory/sync", twice).await.expect_problem(422, "invalid_input");
    assert_eq!(answer.at("/errors/0/pointer"), "/counts/1/sku");
    assert_eq!(balance(&keeper, "S0").await, [7, 0]);
}

pub async fn staff_hear_once_that_an_article_runs_low(shop: Shop) {
    let keeper = shop.staff(Role::Warehouse).await;
    let basel = opens(&keeper, "Basel", 1).await;
    keeps(&keeper, "MUG", &basel, 10, 5).await;
    let address = "stock@holdfast.test";
    // By so many, and how many mails there are then.
    for (delta, mails) in [(-4, 0), (-1, 1), (-1, 1), (-4, 1), (3, 1), (3, 1), (-1, 2)] {
        let body = json!({"warehouse_id": basel, "delta": delta, "reason": "as it goes"});
        anew(&keeper).post("/v1/admin/inventory/MUG/adjust", body).await.expect_status(201);
        shop.settle().await;
        assert_eq!(shop.mails_to(address).len(), mails, "after {delta}");
    }
    let mail = &shop.mails_to(address)[0];
    assert!(mail.text.contains("MUG") && mail.text.contains("5 can still be sold"), "{}", mail.text);
}

pub async fn what_is_asked_twice_moves_once(shop: Shop) {
    let keeper = shop.staff(Role::Warehouse).await;
    let (basel, geneva) = (opens(&keeper, "Basel", 1).await, opens(&keeper, "Geneva", 2).await);
    let requests = [
        ("/v1/admin/warehouses", json!({"name": "Chur", "priority": 3}), json!({"name": "Chur", "priority": 4})),
        (
            "/v1/admin/inventory",
            json!({"sku": "MUG", "warehouse_id": basel, "on_hand": 10}),
            json!({"sku": "MUG", "warehouse_id": basel, "on_hand": 11}),
        ),
        (
            "/v1/admin/inventory/MUG/adjust",
            json!({"warehouse_id": basel, "delta": 1, "reason": "found"}),
            json!({"warehouse_id": basel, "delta": 2, "reason": "found"}),
        ),
        (
            "/v1/admin/inventory/MUG/transfer",
            json!({"from": basel, "to": geneva, "quantity": 1}),
            json!({"from": basel, "to": geneva, "quantity": 2}),
        ),
    ];
    for (path, body, another) in requests {
        keeper.post(path, body.clone()).await.expect_problem(400, "idempotency_key_required");
        let keyed = anew(&keeper);
        let (first, twin) = tokio::join!(keyed.post(path, body.clone()), keyed.post(path, body.clone()));
        let first = first.expect_status(201);
        assert_eq!(twin.expect_status(201).text(), first.text(), "{path}: twins");
        assert_eq!(keyed.post(path, body).await.expect_status(201).text(), first.text(), "{path}: a repeat");
        keyed.post(path, another).await.expect_problem(422, "idempotency_key_reused");
    }
    assert_eq!(balance(&keeper, "MUG").await, [11, 0]);
    assert_eq!(keeper.get("/v1/admin/warehouses").await.json()["items"].as_array().unwrap().len(), 3);
    shop.settle().await;
    assert_eq!(movements(&keeper, "MUG").await.len(), 4, "created, adjusted, and a transfer's two ends");
}

pub async fn a_warehouse_is_renamed_by_whoever_knows_it(shop: Shop) {
    let keeper = shop.staff(Role::Warehouse).await;
    let basel = opens(&keeper, "Basel", 1).await;
    let path = format!("/v1/admin/warehouses/{basel}");
    let changed = keeper.patch(&path, json!({"name": "Basle"})).await.expect_status(200);
    assert_eq!([changed.at("/name"), changed.at("/priority")], ["Basle", "1"]);
    let stale = keeper.clone().with_header("if-match", "\"1\"");
    stale.patch(&path, json!({"priority": 2})).await.expect_problem(412, "precondition_failed");
    let fresh = keeper.clone().with_header("if-match", changed.header("etag").unwrap());
    assert_eq!(fresh.patch(&path, json!({"priority": 2})).await.expect_status(200).at("/priority"), "2");
    keeper.patch(&path, json!({"name": null})).await.expect_problem(422, "invalid_input");
    let none = "/v1/admin/warehouses/whs_00000000000000000000000000";
    keeper.patch(none, json!({"priority": 2})).await.expect_problem(404, "not_found");
    shop.settle().await;
}

pub async fn the_tenth_warehouse_is_the_last(shop: Shop) {
    let keeper = shop.staff(Role::Warehouse).await;
    for nth in 0..10 {
        opens(&keeper, &format!("No. {nth}"), nth).await;
    }
    let eleventh = json!({"name": "No. 10", "priority": 1});
    anew(&keeper).post("/v1/admin/warehouses", eleventh).await.expect_problem(409, "too_many_warehouses");
}
