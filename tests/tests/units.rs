//! What writes of stock cost, at their largest: an item that grows over a kilobyte would cost twice.

use holdfast_auth::Role;
use holdfast_testing::{Actor, Answer, Shop};
use serde_json::{Value, json};

/// What a function has written since the last look, in units.
fn written(shop: &Shop, function: &str) -> f64 {
    let tallies = shop.world().recorder().tallies();
    let units = tallies.iter().filter(|((name, ..), _)| name == function).map(|(_, tally)| tally.write_units).sum();
    shop.world().recorder().restart_tallies();
    units
}

async fn posts(keeper: &Actor, key: &str, path: &str, body: Value) -> Answer {
    keeper.clone().keyed(key).post(path, body).await.expect_status(201)
}

#[tokio::test]
async fn a_stock_with_its_event_is_under_a_kilobyte_whatever_its_names_are() {
    let shop = Shop::open();
    let keeper = shop.staff(Role::Warehouse).await;
    // The longest trace that there is, the longest SKU, the longest reason.
    let keeper = keeper.with_header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    let (sku, reason) = ("S".repeat(64), "r".repeat(64));
    let basel = posts(&keeper, "basel", "/v1/admin/warehouses", json!({"name": "Basel", "priority": 1})).await;
    let basel = basel.at("/id");
    let first = json!({"sku": sku, "warehouse_id": basel, "on_hand": 90_000_000, "low_stock_threshold": 80_000_000});
    posts(&keeper, "first", "/v1/admin/inventory", first).await;
    // A count leaves its mark on the item.
    let counts = json!({"warehouse_id": basel, "counts": [{"sku": sku, "on_hand": 99_000_000}]});
    keeper.clone().keyed("count").post("/v1/admin/inventory/sync", counts).await.expect_status(200);
    written(&shop, "StockSyncFunction");

    let adjusted = json!({"warehouse_id": basel, "delta": -1, "reason": reason});
    posts(&keeper, "adjust", &format!("/v1/admin/inventory/{sku}/adjust"), adjusted).await;
    assert_eq!(written(&shop, "StockAdjustFunction"), 4.0, "receipt and stock, a transaction's double each");
    let held = json!({"quantity": 1, "ttl_seconds": 60, "reference": reason});
    posts(&keeper, "hold", &format!("/v1/admin/inventory/{sku}/reserve"), held).await;
    assert_eq!(
        written(&shop, "StockReserveFunction"),
        7.0,
        "reservation, timer and stock, double each, and the reservation's place in the index"
    );
}
