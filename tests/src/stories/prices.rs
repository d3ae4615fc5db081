//! What things cost.

use std::collections::BTreeMap;

use holdfast_auth::Role;
use holdfast_testing::Shop;
use serde_json::{Value, json};

use super::products::{makes, simple, usd};
use super::stock::anew;

pub async fn a_price_change_is_told_and_kept(shop: Shop) {
    let clerk = shop.staff(Role::Catalog).await;
    makes(&clerk, simple("MUG", 1_000)).await;
    let path = "/v1/admin/variants/MUG";
    let dearer = json!({"price": usd(1_200)});
    clerk.patch(path, dearer.clone()).await.expect_status(200);
    clerk.patch(path, dearer).await.expect_status(200);
    let reduced = json!({"price": usd(900), "compare_at_price": usd(1_200)});
    let reduced = clerk.patch(path, reduced).await.expect_status(200);
    assert_eq!([reduced.at("/price/amount"), reduced.at("/compare_at_price/amount")], ["900", "1200"]);
    clerk.patch(path, json!({"compare_at_price": null})).await.expect_status(200);
    shop.settle().await;
    let told = shop.world().engines().events.archived().unwrap();
    let changes = told.iter().map(|archived| &archived.event["detail"]);
    let changes = changes.filter(|event| event["type"] == "catalog.price-changed.v1");
    // The bus may hear of each more than once.
    let changes: BTreeMap<_, _> = changes.map(|event| (event["sequence"].as_u64(), event)).collect();
    let changes: Vec<_> = changes
        .into_values()
        .map(|event| [&event["data"]["old"]["amount"], &event["data"]["new"]["amount"]].map(Value::to_string))
        .collect();
    assert_eq!(changes, [["1000", "1200"], ["1200", "900"]]);
    // And what it has cost is kept beside it.
    let operator = shop.operator("variants-update");
    let table = operator.env.text("CATALOG_TABLE").unwrap();
    let prices = aws_sdk_dynamodb::types::AttributeValue::S("PRICES#MUG".to_owned());
    let kept = operator.aws.dynamodb().query().table_name(table).key_condition_expression("pk = :pk");
    let kept = kept.expression_attribute_values(":pk", prices).send().await.unwrap();
    let amount = |price: &aws_sdk_dynamodb::types::AttributeValue| price.as_n().unwrap().clone();
    let kept: Vec<_> = kept.items().iter().map(|item| [amount(&item["old"]), amount(&item["new"])]).collect();
    assert_eq!(kept, [["1000", "1200"], ["1200", "900"]]);
}

pub async fn prices_are_whole_and_of_one_currency(shop: Shop) {
    let clerk = shop.staff(Role::Catalog).await;
    makes(&clerk, simple("MUG", 1_000)).await;
    let before = clerk.get("/v1/products/the-mug").await.expect_status(200).text().to_owned();
    let wrong = [
        (json!(-1), "/price/amount"),
        (json!(0), "/price/amount"),
        (json!(10.5), "/price/amount"),
        (json!(9_223_372_036_854_775_808_u64), "/price/amount"),
        (json!("1000"), "/price/amount"),
    ];
    for (amount, pointer) in wrong {
        let price = json!({"amount": amount, "currency": "USD"});
        let made = json!({"title": "Cup", "variants": [{"sku": "CUP", "price": price}]});
        let refused = anew(&clerk).post("/v1/admin/products", made).await.expect_problem(422, "invalid_input");
        assert_eq!(refused.at("/errors/0/pointer"), format!("/variants/0{pointer}"));
        let refused = clerk.patch("/v1/admin/variants/MUG", json!({"price": price})).await;
        assert_eq!(refused.expect_problem(422, "invalid_input").at("/errors/0/pointer"), pointer);
    }
    // Not listed by the standard, withdrawn, a metal, and written otherwise.
    for currency in ["QQQ", "HRK", "XAU", "usd", "US"] {
        let price = json!({"amount": 1_000, "currency": currency});
        let refused = clerk.patch("/v1/admin/variants/MUG", json!({"price": price})).await;
        assert_eq!(refused.expect_problem(422, "invalid_input").at("/errors/0/pointer"), "/price/currency");
    }
    let mixed = json!({
        "title": "Cup",
        "options": [{"name": "Size", "values": ["S", "L"]}],
        "variants": [
            {"sku": "CUP-S", "price": usd(1), "options": {"Size": "S"}},
            {"sku": "CUP-L", "price": {"amount": 1, "currency": "EUR"}, "options": {"Size": "L"}},
        ],
    });
    let refused = anew(&clerk).post("/v1/admin/products", mixed).await.expect_problem(422, "invalid_input");
    assert_eq!(refused.at("/errors/0/pointer"), "/variants/1/price/currency");
    let lower = json!({"compare_at_price": usd(1_000)});
    clerk.patch("/v1/admin/variants/MUG", lower).await.expect_problem(422, "invalid_input");
    assert_eq!(clerk.get("/v1/products/the-mug").await.expect_status(200).text(), before, "nothing changed");
    assert_eq!(clerk.get("/v1/products").await.expect_status(200).json()["items"].as_array().unwrap().len(), 1);
}
