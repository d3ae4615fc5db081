//! Files of products: in by import, out by export.

use std::time::Duration;

use holdfast_auth::Role;
use holdfast_local::{Fault, Matcher};
use holdfast_testing::{Actor, Answer, Shop};
use http::Request;
use serde_json::{Value, json};

use super::pictures::uploads;
use super::stock::anew;

const CSV: &str = "text/csv";
const LINES: &str = "application/x-ndjson";

/// Announces and uploads a file: the import's id.
async fn brings(shop: &Shop, clerk: &Actor, kind: &str, file: &str) -> String {
    let body = json!({"content_type": kind, "bytes": file.len()});
    let announced = anew(clerk).post("/v1/admin/products/import", body).await.expect_status(202);
    assert_eq!(announced.at("/import/status"), "WAITING");
    uploads(shop, &announced, file.as_bytes(), &[]).await.expect_status(200);
    announced.at("/import/id")
}

async fn import(clerk: &Actor, id: &str) -> Value {
    clerk.get(&format!("/v1/admin/products/imports/{id}")).await.expect_status(200).json()
}

/// Brought, and read to its end: what became of its rows (created, changed, unchanged, refused), and their results.
async fn imports(shop: &Shop, clerk: &Actor, kind: &str, file: &str) -> ([u64; 4], Vec<Value>) {
    let id = brings(shop, clerk, kind, file).await;
    shop.settle().await;
    let import = import(clerk, &id).await;
    assert_eq!(import["status"], "DONE", "{import}");
    (counts(&import), results(shop, &import).await)
}

fn counts(import: &Value) -> [u64; 4] {
    ["created", "changed", "unchanged", "refused"].map(|name| import["counts"][name].as_u64().unwrap())
}

async fn fetched(shop: &Shop, url: &str) -> String {
    let request = Request::get(url).header("host", "s3.localhost:8080").body(Default::default()).unwrap();
    shop.guest().send(request).await.expect_status(200).text().to_owned()
}

async fn results(shop: &Shop, import: &Value) -> Vec<Value> {
    let mut results = Vec::new();
    for url in import["reports"].as_array().unwrap() {
        let report = fetched(shop, url.as_str().unwrap()).await;
        results.extend(report.lines().map(|line| serde_json::from_str(line).unwrap()));
    }
    results
}

async fn page(shop: &Shop, slug: &str) -> Answer {
    shop.guest().get(&format!("/v1/products/{slug}")).await.expect_status(200)
}

const MUGS: &str = "\u{feff}slug,title,description,tags,categories,sku,options,price,compare_at_price,currency,weight_grams\r\n\
    mug,Stoneware mug,\"Thrown by hand,\nglazed inside\",clay|sale,kitchen,MUG-BLUE,Colour=blue,19.99,24.99,USD,410\r\n\
    mug,Stoneware mug,\"Thrown by hand,\nglazed inside\",clay|sale,kitchen,MUG-RED,Colour=red,18.99,,USD,410\r\n\
    towel,Linen towel,,,,TOWEL,,12.50,,USD,\r\n";

async fn kitchen(clerk: &Actor) {
    anew(clerk).post("/v1/admin/categories", json!({"name": "Kitchen"})).await.expect_status(201);
}

pub async fn a_file_of_rows_becomes_products(shop: Shop) {
    let clerk = shop.staff(Role::Catalog).await;
    kitchen(&clerk).await;
    let (counts, results) = imports(&shop, &clerk, CSV, MUGS).await;
    assert_eq!(counts, [3, 0, 0, 0], "{results:?}");
    assert_eq!(
        (&results[1]["line"], &results[1]["sku"], &results[1]["outcome"]),
        (&json!(4), &json!("MUG-RED"), &json!("created"))
    );
    let mug = page(&shop, "mug").await;
    assert_eq!([mug.at("/description"), mug.at("/tags")], ["Thrown by hand,\nglazed inside", r#"["clay","sale"]"#]);
    assert_eq!(mug.at("/price_range/min"), r#"{"amount":1899,"currency":"USD"}"#);
    assert_eq!(mug.at("/variants/0/compare_at_price/amount"), "2499");
    // The same file again changes nothing, and writes nothing.
    let versions = async || {
        [
            page(&shop, "mug").await.header("etag").unwrap().to_owned(),
            page(&shop, "towel").await.header("etag").unwrap().to_owned(),
        ]
    };
    let before = versions().await;
    assert_eq!(imports(&shop, &clerk, CSV, MUGS).await.0, [0, 0, 3, 0]);
    assert_eq!(versions().await, before);
    // A file of prices alone leaves the rest alone; a column that is there and empty empties.
    let prices = "slug,title,sku,price,currency,tags\nmug,Stoneware mug,MUG-RED,17.99,USD,clay\n";
    assert_eq!(imports(&shop, &clerk, CSV, prices).await.0, [0, 1, 0, 0]);
    let mug = page(&shop, "mug").await;
    assert_eq!([mug.at("/price_range/min/amount"), mug.at("/tags")], ["1799", r#"["clay"]"#]);
    // JSON lines say the same things.
    let line = json!({"slug": "jug", "title": "Jug", "sku": "JUG", "price": "30", "currency": "USD", "brand": "Nordwind", "categories": ["kitchen"]});
    assert_eq!(
        imports(&shop, &clerk, LINES, &format!("{line}\n{line}")).await.0,
        [1, 0, 0, 1],
        "a SKU stands once in a file"
    );
    assert_eq!(page(&shop, "jug").await.at("/brand"), "Nordwind");
    // Under one key a file is announced once.
    let body = json!({"content_type": CSV, "bytes": 7});
    clerk.post("/v1/admin/products/import", body.clone()).await.expect_problem(400, "idempotency_key_required");
    let keyed = anew(&clerk);
    let first = keyed.post("/v1/admin/products/import", body.clone()).await.expect_status(202);
    assert_eq!(
        keyed.post("/v1/admin/products/import", body).await.expect_status(202).at("/import"),
        first.at("/import")
    );
    let other = json!({"content_type": CSV, "bytes": 8});
    keyed.post("/v1/admin/products/import", other).await.expect_problem(422, "idempotency_key_reused");
    clerk.get("/v1/admin/products/imports/imp_00000000000000000000000000").await.expect_problem(404, "not_found");
}

pub async fn a_row_that_is_wrong_keeps_no_other_from_landing(shop: Shop) {
    let clerk = shop.staff(Role::Catalog).await;
    let file = "slug,title,sku,price,currency,categories,weight_grams\n\
        a,A,A,1.00,USD,,\n\
        b,B,B,1.005,USD,,\n\
        c,C,C,-1,USD,,\n\
        d,D,D,1e309,USD,,\n\
        e,E,E,9223372036854775808,USD,,\n\
        f,F,F,1.00,dollars,,\n\
        g,G,G,1.00,USD,nowhere,\n\
        h,H,not a sku,1.00,USD,,\n\
        i,,I,1.00,USD,,\n\
        j,J,J,1.00,USD,,heavy\n\
        k,K,K\n\
        l,L,A,1.00,USD,,\n\
        n,N,N\0,1.00,USD,,\n\
        m,M,M,2.00,USD,,250\n";
    let (counts, results) = imports(&shop, &clerk, CSV, file).await;
    assert_eq!(counts, [2, 0, 0, 12], "{results:#?}");
    let reasons: Vec<(u64, String)> = results
        .iter()
        .filter(|result| result["outcome"] == "refused")
        .map(|result| (result["line"].as_u64().unwrap(), result["reason"].as_str().unwrap().to_owned()))
        .collect();
    let said = [
        "price",
        "price",
        "price",
        "price",
        "currency",
        "categories",
        "sku",
        "title",
        "weight_grams",
        "cells",
        "sku",
        "NUL",
    ];
    for ((nth, (line, reason)), word) in reasons.iter().enumerate().zip(said) {
        assert_eq!(*line, u64::try_from(nth).unwrap() + 3);
        assert!(reason.contains(word), "line {line}: {reason}");
    }
    page(&shop, "a").await;
    page(&shop, "m").await;
    shop.guest().get("/v1/products/b").await.expect_problem(404, "not_found");
    for wrong in [
        json!({"content_type": "image/png", "bytes": 7}),
        json!({"content_type": CSV, "bytes": 0}),
        json!({"content_type": CSV, "bytes": 100_000_001}),
    ] {
        anew(&clerk).post("/v1/admin/products/import", wrong).await.expect_problem(422, "invalid_input");
    }
}

pub async fn a_file_that_is_not_what_it_says_is_refused(shop: Shop) {
    let clerk = shop.staff(Role::Catalog).await;
    let files = [
        (CSV, "\u{7f}ELF\u{0}\u{1}\u{1}", "header"),
        (CSV, "slug,title,sku,price\na,A,A,1\n", "currency"),
        (CSV, "slug,title,sku,price,currency,colour\n", "colour"),
        (CSV, r#"{"slug": "a"}"#, "header"),
        (LINES, "slug,title,sku,price,currency\na,A,A,1.00,USD\n", "not a JSON object"),
        (CSV, "\n", "header"),
    ];
    for (kind, file, word) in files {
        let id = brings(&shop, &clerk, kind, file).await;
        shop.settle().await;
        let import = import(&clerk, &id).await;
        assert_eq!(import["status"], "FAILED", "{file:?}: {import}");
        assert!(import["reason"].as_str().unwrap().contains(word), "{file:?}: {import}");
    }
    assert_eq!(shop.guest().get("/v1/products").await.expect_status(200).at("/items"), "[]");
}

pub async fn what_was_exported_changes_nothing(shop: Shop) {
    let clerk = shop.staff(Role::Catalog).await;
    kitchen(&clerk).await;
    imports(&shop, &clerk, CSV, MUGS).await;
    for (kind, query) in [(CSV, ""), (LINES, "?content_type=application/x-ndjson")] {
        let exported = clerk.get(&format!("/v1/admin/products/export{query}")).await.expect_status(200);
        assert_eq!([exported.at("/products"), exported.at("/rows"), exported.at("/next_cursor")], ["2", "3", "null"]);
        let file = fetched(&shop, &exported.at("/url")).await;
        assert_eq!(imports(&shop, &clerk, kind, &file).await.0, [0, 0, 3, 0], "{file}");
    }
    let none = clerk.get("/v1/admin/products/export?status=DRAFT").await.expect_status(200);
    assert_eq!(none.at("/rows"), "0");
    for wrong in ["?content_type=text/html", "?status=SOLD", "?cursor=x", "?colour=red"] {
        clerk.get(&format!("/v1/admin/products/export{wrong}")).await.expect_problem(422, "invalid_input");
    }
}

/// So many rows, each a product.
fn many(rows: u32) -> String {
    let rows = (0..rows).map(|nth| format!("p-{nth},Product {nth},P-{nth},1.00,USD\n"));
    format!("slug,title,sku,price,currency\n{}", rows.collect::<String>())
}

pub async fn a_file_is_read_on_from_where_it_broke_off(shop: Shop) {
    let clerk = shop.staff(Role::Catalog).await;
    let run = |operation: &str, after: u32| Matcher {
        function: Some("ImportsRunFunction".to_owned()),
        operation: Some(operation.to_owned()),
        after,
    };
    // In the first step, after some products; and after a step's report, before its place is kept.
    shop.world().faults().once(run("TransactWriteItems", 7), Fault::CrashAfter);
    let id = brings(&shop, &clerk, CSV, &many(1_005)).await;
    shop.settle().await;
    assert_eq!(shop.world().faults().waiting(), 0);
    assert_eq!(import(&clerk, &id).await["status"], "RUNNING");
    shop.world().faults().once(run("PutItem", 1), Fault::CrashBefore);
    for _ in 0..2 {
        shop.advance(Duration::from_secs(1_800));
        shop.settle().await;
    }
    assert_eq!(shop.world().faults().waiting(), 0);
    let clerk = shop.log_in(shop.guest(), clerk.email(), clerk.password()).await;
    let import = import(&clerk, &id).await;
    assert_eq!(import["status"], "DONE", "{import}");
    assert_eq!(counts(&import).iter().sum::<u64>(), 1_005, "each row has one result: {import}");
    let results = results(&shop, &import).await;
    assert_eq!(results.len(), 1_005);
    assert!((2..).zip(&results).all(|(line, result)| result["line"] == line), "in their order");
    assert!(results.iter().all(|result| result["outcome"] != "refused"));
    page(&shop, "p-1004").await;
}

pub async fn a_long_file_takes_several_runs(shop: Shop) {
    let clerk = shop.staff(Role::Catalog).await;
    // Rows that are refused take no time, and a place in the report all the same. One SKU stands in two runs.
    let mut file = many(1) + &"x,X,X,nothing,USD\n".repeat(20_500);
    file += "p-0,Product 0,P-0,2.00,USD\n";
    let (counts, results) = imports(&shop, &clerk, CSV, &file).await;
    assert_eq!(counts, [1, 0, 0, 20_501]);
    assert_eq!(results.len(), 20_502);
    assert!(results.last().unwrap()["reason"].as_str().unwrap().contains("further up"));
    assert_eq!(page(&shop, "p-0").await.at("/price_range/min/amount"), "100");
}
