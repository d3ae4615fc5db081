//! A migration of 10,000 items: there, killed on the way and taken up again, and back to where it began.

#![expect(clippy::unwrap_used, reason = "a test may fail where it is surprised, its helpers too")]

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use holdfast_local::{Fault, Matcher};
use holdfast_testing::Shop;
use serde_json::{Value, json};

const SKUS: usize = 10;
const CHANGES: usize = 1_000;
/// A page of the migration.
const PAGE: u64 = 200;

type Item = HashMap<String, AttributeValue>;

fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

/// A price change as it was first written.
fn change(sku: usize, nth: usize) -> Item {
    let money = |amount: usize| {
        let amount = AttributeValue::N(amount.to_string());
        AttributeValue::M([("amount".to_owned(), amount), ("currency".to_owned(), text("USD"))].into())
    };
    let attributes = [
        ("pk", text(format!("PRICES#SKU-{sku}"))),
        ("sk", text(format!("{nth:012}"))),
        ("entity", text("price_change")),
        ("v", AttributeValue::N("1".to_owned())),
        ("sku", text(format!("SKU-{sku}"))),
        ("event_id", text("evt_00000000000000000000000001")),
        ("sequence", AttributeValue::N(nth.to_string())),
        ("at", text("2026-11-21T00:00:00Z")),
        ("old", money(1_000 + nth)),
        ("new", money(1_001 + nth)),
    ];
    attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

struct Shelf {
    client: Client,
    table: String,
}

impl Shelf {
    fn of(shop: &Shop) -> Self {
        let operator = shop.world().operator("migrations-run").unwrap();
        Self { client: operator.aws.dynamodb(), table: operator.env.text("CATALOG_TABLE").unwrap().to_owned() }
    }

    async fn fill(&self, items: &[Item]) {
        for batch in items.chunks(25) {
            let put = |item: &Item| PutRequest::builder().set_item(Some(item.clone())).build().unwrap();
            let writes = batch.iter().map(|item| WriteRequest::builder().put_request(put(item)).build()).collect();
            self.client.batch_write_item().request_items(&self.table, writes).send().await.unwrap();
        }
    }

    /// All price changes by their keys.
    async fn items(&self) -> BTreeMap<(String, String), Item> {
        let mut items = BTreeMap::new();
        for sku in 0..SKUS {
            let mut start = None;
            loop {
                let page = self.client.query().table_name(&self.table).key_condition_expression("pk = :pk");
                let page = page.expression_attribute_values(":pk", text(format!("PRICES#SKU-{sku}")));
                let page = page.set_exclusive_start_key(start).send().await.unwrap();
                let key = |item: &Item| ["pk", "sk"].map(|name| item[name].as_s().unwrap().clone()).into();
                items.extend(page.items().iter().map(|item| (key(item), item.clone())));
                start = page.last_evaluated_key;
                if start.is_none() {
                    break;
                }
            }
        }
        items
    }
}

fn of_version(items: &BTreeMap<(String, String), Item>, version: &str) -> usize {
    items.values().filter(|item| item["v"].as_n().unwrap() == version).count()
}

async fn run(shop: &Shop, way: &str) -> Result<Value, holdfast_local::CallError> {
    shop.world().invoke("migrations-run", json!({"migration": "catalog-price-changes-2", "way": way})).await
}

#[tokio::test]
async fn ten_thousand_items_go_there_are_killed_on_the_way_and_come_back() {
    let shop = Shop::open();
    let shelf = Shelf::of(&shop);
    let first: Vec<_> = (0..SKUS).flat_map(|sku| (0..CHANGES).map(move |nth| change(sku, nth))).collect();
    let total = first.len();
    shelf.fill(&first).await;
    // A product's own items lie among them, and are not the migration's.
    let before = shelf.items().await;
    assert_eq!((before.len(), of_version(&before, "1")), (total, total));

    // Killed twice: once before a write, once after it, of which nobody heard.
    for (after, fault) in [(4_321, Fault::CrashAfter), (2_000, Fault::CrashBefore)] {
        let write =
            Matcher { function: Some("MigrationsRunFunction".into()), operation: Some("UpdateItem".into()), after };
        shop.world().faults().once(write, fault);
        run(&shop, "forward").await.unwrap_err();
    }
    let half = shelf.items().await;
    let there = of_version(&half, "2");
    assert!((6_321..6_350).contains(&there), "{there} of {total} are there when it is killed");
    // Its tail is taken up where it was noted, not from the beginning.
    let done = run(&shop, "forward").await.unwrap();
    assert_eq!(done["status"], "DONE");
    let (pages, least) = (done["pages"].as_u64().unwrap(), u64::try_from(total).unwrap() / PAGE);
    assert!((least..=least + 3).contains(&pages), "{pages} pages noted for {least}");
    let after = shelf.items().await;
    assert_eq!(of_version(&after, "2"), total);
    for (key, item) in &after {
        let (old, new) = (&before[key]["old"].as_m().unwrap()["amount"], &before[key]["new"].as_m().unwrap()["amount"]);
        assert_eq!((&item["old"], &item["new"], &item["currency"]), (old, new, &text("USD")), "{key:?}");
        assert_eq!((&item["at"], &item["sku"]), (&before[key]["at"], &before[key]["sku"]), "{key:?}");
    }

    // Half of the way back it is stopped, and it goes on.
    let order = json!({"migration": "catalog-price-changes-2", "way": "back", "pages": 25});
    let stopped = shop.world().invoke("migrations-run", order).await.unwrap();
    assert_eq!((&stopped["status"], &stopped["pages"]), (&json!("RUNNING"), &json!(25)));
    assert_eq!(run(&shop, "back").await.unwrap()["status"], "DONE");
    assert_eq!(shelf.items().await, before, "everything is what it was");
}
