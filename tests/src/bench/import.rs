//! Files of products: how fast their rows become products, and in how much memory.

use std::error::Error;
use std::fs;

use holdfast_auth::Role;
use holdfast_local::{DataFolder, Options};
use holdfast_testing::Shop;
use serde_json::json;

use super::Figure;
use super::process::peak_rss_mib;

/// The memory that template.yaml gives imports-run, in MiB.
const FUNCTION_MIB: f64 = 512.0;

/// A file that is soon read.
pub fn figures() -> Result<Vec<Figure>, Box<dyn Error>> {
    Ok(vec![Figure {
        name: "import_rows_per_s",
        value: rows_per_s(&Shop::open(), 20_000)?,
        unit: "1/s",
        at_most: None,
        at_least: None,
        of: "20,000 rows of new variants, four to a product, until all events are settled; engine, relay and consumers on the same core",
    }])
}

/// A file as large as one may be in a function's memory. Called in a process that has done nothing else: its own peak counts, with
/// engine, relay and consumers in it, so that the function alone needs less than this.
pub fn large() -> Result<Vec<Figure>, Box<dyn Error>> {
    let folder = std::env::temp_dir().join(format!("holdfast-bench-{}", std::process::id()));
    let data = DataFolder::open(&folder)?;
    let shop = Shop::of(Options { data: Some(data), ..Options::simulated(Shop::blueprint(), 1) });
    let speed = rows_per_s(&shop, 100_000);
    drop(shop);
    fs::remove_dir_all(&folder)?;
    let of = "100,000 rows of new variants, four to a product, until all events are settled; the engine on disk, in the same process";
    Ok(vec![
        Figure { name: "import_rows_per_s", value: speed?, unit: "1/s", at_most: None, at_least: None, of },
        Figure {
            name: "import_peak_rss_mib",
            value: peak_rss_mib()?,
            unit: "MiB",
            at_most: Some(FUNCTION_MIB),
            at_least: None,
            of,
        },
    ])
}

fn rows_per_s(shop: &Shop, rows: u32) -> Result<f64, Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let clerk = shop.staff(Role::Catalog).await;
        let lines = (0..rows).map(|nth| format!("mug-{},Mug {},SKU-{nth},Nth={nth},19.99,USD\n", nth / 4, nth / 4));
        let file = format!("slug,title,sku,options,price,currency\n{}", lines.collect::<String>());
        let body = json!({"content_type": "text/csv", "bytes": file.len()});
        let import = clerk.clone().keyed("import").post("/v1/admin/products/import", body).await.expect_status(202);
        let upload = import.json()["upload"].clone();
        let mut request =
            http::Request::put(upload["url"].as_str().unwrap_or_default()).header("host", "s3.localhost:8080");
        for (name, value) in upload["headers"].as_object().into_iter().flatten() {
            request = request.header(name, value.as_str().unwrap_or_default());
        }
        shop.guest().send(request.body(file.into())?).await.expect_status(200);
        let began = super::now();
        shop.settle().await;
        let seconds = began.elapsed().as_secs_f64();
        let path = format!("/v1/admin/products/imports/{}", import.at("/import/id"));
        let created = clerk.get(&path).await.expect_status(200).at("/counts/created");
        if created != rows.to_string() {
            return Err(format!("of {rows} rows {created} were created").into());
        }
        Ok(f64::from(rows) / seconds)
    })
}
