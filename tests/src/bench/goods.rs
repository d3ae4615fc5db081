//! What the catalog and stock cost: processor time and units of DynamoDB, with few products and with many.

use std::collections::HashMap;
use std::error::Error;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use holdfast_auth::Role;
use holdfast_core::{Id, ProductId};
use holdfast_testing::{Actor, Shop};
use serde_json::{Value, json};

use super::Figure;
use super::process::cpu_s;

const READS: u32 = 5_000;
/// A batch of DynamoDB's.
const BATCH: usize = 25;
/// Keys and values of products made before are told apart by this.
const STONEWARE: &str = "stoneware-mug";

type Item = HashMap<String, AttributeValue>;

/// Reads of the catalog with 100, 10,000 and 100,000 products in it, and a reservation's writes.
pub fn figures() -> Result<Vec<Figure>, Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut figures = vec![reserving().await?];
        let shop = Shop::open();
        let product = stocked(&shop).await;
        let (client, table) = catalog(&shop)?;
        let items = items_of(&client, &table, &product).await?;
        let mut there = 1;
        for (count, of) in [
            (100, ["one of 100 products", "20 of 100 products"]),
            (10_000, ["one of 10,000 products", "20 of 10,000 products"]),
            (100_000, ["one of 100,000 products", "20 of 100,000 products"]),
        ] {
            multiply(&client, &table, &product, &items, there..count).await?;
            there = count;
            let pages = [
                ("product_get_cpu_us", "product_get_read_units", format!("/v1/products/{product}")),
                ("products_list_cpu_us", "products_list_read_units", "/v1/products?limit=20".to_owned()),
            ];
            for ((cpu, units, path), of) in pages.into_iter().zip(of) {
                figures.extend(reading(&shop, &path, of, [cpu, units]).await?);
            }
        }
        Ok(figures)
    })
}

async fn stocked(shop: &Shop) -> String {
    let clerk = shop.staff(Role::Catalog).await;
    let variant = |colour: &str| {
        let sku = format!("MUG-{}", colour.to_uppercase());
        json!({"sku": sku, "price": {"amount": 1999, "currency": "USD"}, "options": {"Colour": colour}})
    };
    let mug = json!({
        "title": "Stoneware mug",
        "slug": STONEWARE,
        "description": "Thrown by hand, glazed inside and out. Holds a good third of a litre.",
        "options": [{"name": "Colour", "values": ["blue", "white", "green"]}],
        "variants": [variant("blue"), variant("white"), variant("green")],
    });
    let made = clerk.keyed("mug").post("/v1/admin/products", mug).await.expect_status(201);
    shop.settle().await;
    made.at("/id")
}

fn catalog(shop: &Shop) -> Result<(Client, String), Box<dyn Error>> {
    let operator = shop.world().operator("products-create").ok_or("there is no function products-create")?;
    Ok((operator.aws.dynamodb(), operator.env.text("CATALOG_TABLE")?.to_owned()))
}

/// All that is stored of a product for its page and its list.
async fn items_of(client: &Client, table: &str, product: &str) -> Result<Vec<Item>, Box<dyn Error>> {
    let mut items = Vec::new();
    for partition in [format!("PRODUCT#{product}"), "LIST#ALL".to_owned()] {
        let query = client.query().table_name(table).key_condition_expression("pk = :pk");
        let found = query.expression_attribute_values(":pk", AttributeValue::S(partition)).send().await?;
        items.extend(found.items.unwrap_or_default());
    }
    Ok(items)
}

/// The same product again and again, under other ids.
async fn multiply(
    client: &Client,
    table: &str,
    product: &str,
    items: &[Item],
    nth: std::ops::Range<u64>,
) -> Result<(), Box<dyn Error>> {
    let mut requests = Vec::new();
    for nth in nth {
        let mut bytes = [0; 16];
        for (byte, from) in bytes.iter_mut().zip(nth.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes()) {
            *byte = from;
        }
        let id = ProductId::from_bytes(bytes).to_string();
        for item in items {
            let renamed = |value: &AttributeValue| {
                let text = value.as_s().map(|text| AttributeValue::S(text.replace(product, &id)));
                text.unwrap_or_else(|_| value.clone())
            };
            // Without their events: nobody is to hear of them.
            let fields = item.iter().filter(|(name, _)| *name != "event");
            let copy: Item = fields.map(|(name, value)| (name.clone(), renamed(value))).collect();
            let put = PutRequest::builder().set_item(Some(copy)).build()?;
            requests.push(WriteRequest::builder().put_request(put).build());
        }
        if requests.len() >= BATCH - items.len() {
            let batch = std::mem::take(&mut requests);
            client.batch_write_item().request_items(table, batch).send().await?;
        }
    }
    if !requests.is_empty() {
        client.batch_write_item().request_items(table, requests).send().await?;
    }
    Ok(())
}

/// A page's processor time with the engine beneath it, and its read units.
async fn reading(
    shop: &Shop,
    path: &str,
    of: &'static str,
    names: [&'static str; 2],
) -> Result<[Figure; 2], Box<dyn Error>> {
    let guest = shop.guest();
    guest.get(path).await.expect_status(200);
    shop.world().recorder().restart_tallies();
    let began = cpu_s()?;
    for _ in 0..READS {
        guest.get(path).await.expect_status(200);
    }
    let each_s = (cpu_s()? - began) / f64::from(READS);
    let units: f64 = shop.world().recorder().tallies().values().map(|tally| tally.read_units).sum();
    let [cpu, read] = names;
    Ok([
        Figure { name: cpu, value: each_s * 1e6, unit: "us", at_most: None, at_least: None, of },
        Figure { name: read, value: units / f64::from(READS), unit: "RU", at_most: None, at_least: None, of },
    ])
}

/// What a reservation of one article writes.
async fn reserving() -> Result<Figure, Box<dyn Error>> {
    const HOLDS: u32 = 100;
    let shop = Shop::open();
    let keeper = shop.staff(Role::Warehouse).await;
    let posts = async |key: String, path: &str, body: Value| {
        let keeper: Actor = keeper.clone().keyed(&key);
        keeper.post(path, body).await.expect_status(201)
    };
    let basel = posts("basel".to_owned(), "/v1/admin/warehouses", json!({"name": "Basel", "priority": 1})).await;
    let stock = json!({"sku": "MUG", "warehouse_id": basel.at("/id"), "on_hand": 1_000});
    posts("first".to_owned(), "/v1/admin/inventory", stock).await;
    shop.world().recorder().restart_tallies();
    for nth in 0..HOLDS {
        let hold = json!({"quantity": 1, "ttl_seconds": 900, "reference": "a bench"});
        posts(format!("hold-{nth}"), "/v1/admin/inventory/MUG/reserve", hold).await;
    }
    let tallies = shop.world().recorder().tallies();
    let own = tallies.iter().filter(|((function, ..), _)| function == "StockReserveFunction");
    let units: f64 = own.map(|(_, tally)| tally.write_units).sum();
    Ok(Figure {
        name: "reserve_write_units",
        value: units / f64::from(HOLDS),
        unit: "WU",
        at_most: None,
        at_least: None,
        of: "one article held: the reservation, its timer and the stock in a transaction, and the reservation's place in the index",
    })
}
