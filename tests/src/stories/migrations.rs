//! What operators do when items get another shape.

use holdfast_auth::Role;
use holdfast_testing::Shop;
use serde_json::{Value, json};

use super::products::{makes, simple, usd};

/// Asks for a migration of prices.
async fn runs(shop: &Shop, way: &str) -> Value {
    let order = json!({"migration": "catalog-price-changes-2", "way": way});
    shop.world().invoke("migrations-run", order).await.unwrap()
}

pub async fn prices_are_brought_to_another_version_and_back(shop: Shop) {
    let clerk = shop.staff(Role::Catalog).await;
    makes(&clerk, simple("MUG", 1_000)).await;
    for price in [1_200, 900, 1_100] {
        clerk.patch("/v1/admin/variants/MUG", json!({"price": usd(price)})).await.expect_status(200);
    }
    shop.settle().await;
    let told = shop.world().engines().events.archived().unwrap().len();
    // They are written as they are today: there is nothing to bring there.
    let there = runs(&shop, "forward").await;
    assert_eq!([&there["status"], &there["changed"]], [&json!("DONE"), &json!(0)]);
    let back = runs(&shop, "back").await;
    assert_eq!([&back["status"], &back["changed"], &back["way"]], [&json!("DONE"), &json!(3), &json!("back")]);
    clerk.patch("/v1/admin/variants/MUG", json!({"price": usd(1_000)})).await.expect_status(200);
    let there = runs(&shop, "forward").await;
    assert_eq!([&there["status"], &there["changed"]], [&json!("DONE"), &json!(3)]);
    shop.settle().await;
    assert_eq!(
        shop.guest().get("/v1/products/the-mug").await.expect_status(200).at("/variants/0/price/amount"),
        "1000"
    );
    let now = shop.world().engines().events.archived().unwrap().len();
    assert_eq!(now, told + 1, "the last change of the price is told; no migration is");
    let unknown = json!({"migration": "catalog-price-changes-9", "way": "forward"});
    let refused = shop.world().invoke("migrations-run", unknown).await.unwrap_err().to_string();
    assert!(refused.contains("there are catalog-price-changes-2"), "{refused}");
}
