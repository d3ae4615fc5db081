//! The demo shop: what it sells is written in data/demo-catalog.toml, and is brought in as staff would, over the shop's own
//! API. Each request has a key, so that a seeding that was cut off goes on where it was.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use holdfast_pictures::Look;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{Method, Request, Response, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::World;
use crate::seed::{PASSWORD, SeedError};

const DATA: &str = include_str!("../data/demo-catalog.toml");
/// Under this name the store keeps that all of it is there.
const SEEDED: &str = "seed/demo-catalog";
/// Who brings the products, and who the stock.
const CATALOG: &str = "catalog@demo.test";
const WAREHOUSE: &str = "warehouse@demo.test";
/// Where stock lies: a name, and the place among those that are asked.
const WAREHOUSES: [(&str, u32); 2] = [("Riverside", 1), ("Airport road", 2)];
/// At how many an article counts as low.
const LOW: u32 = 5;
/// Attempts at a request before it is given up until the next start: the shop may be made to fail on purpose.
const ATTEMPTS: u32 = 5;
/// How long to wait between looks, and before another attempt.
const PAUSE: Duration = Duration::from_millis(100);
/// Looks at a picture before the next is brought all the same.
const LOOKS: u32 = 300;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Demo {
    currency: String,
    categories: Vec<DemoCategory>,
    products: Vec<DemoProduct>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DemoCategory {
    slug: String,
    name: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DemoProduct {
    category: String,
    title: String,
    description: String,
    brand: String,
    tags: Vec<String>,
    sku: String,
    /// How many there are of each variant, where there are few; enough when it is not said.
    left: Option<u32>,
    price: i64,
    before: Option<i64>,
    weight_grams: Option<u32>,
    attributes: Map<String, Value>,
    #[serde(default)]
    options: Vec<DemoOption>,
    /// What a value adds to the price.
    #[serde(default)]
    dearer: BTreeMap<String, i64>,
    look: Look,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DemoOption {
    name: String,
    values: Vec<String>,
}

fn demo() -> Result<Demo, SeedError> {
    toml::from_str(DATA)
        .map_err(|error| SeedError::Refused { what: "demo-catalog.toml".to_owned(), reason: error.to_string() })
}

impl DemoProduct {
    /// One for each combination of the options' values.
    fn variants(&self, currency: &str) -> Vec<Value> {
        let mut choices: Vec<Vec<(&str, &str)>> = vec![Vec::new()];
        for DemoOption { name, values } in &self.options {
            let mut longer = Vec::new();
            for choice in choices {
                longer.extend(values.iter().map(|value| {
                    let mut choice = choice.clone();
                    choice.push((name.as_str(), value.as_str()));
                    choice
                }));
            }
            choices = longer;
        }
        choices.iter().map(|choice| self.variant(choice, currency)).collect()
    }

    fn variant(&self, choice: &[(&str, &str)], currency: &str) -> Value {
        let adds: i64 = choice.iter().filter_map(|(_, value)| self.dearer.get(*value)).sum();
        let words =
            choice.iter().map(|(_, value)| value.chars().filter(char::is_ascii_alphanumeric).collect::<String>());
        let sku: Vec<String> = std::iter::once(self.sku.clone()).chain(words.map(|word| word.to_uppercase())).collect();
        let money = |amount: i64| json!({"amount": amount + adds, "currency": currency});
        let options: Map<String, Value> =
            choice.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        let mut variant = json!({"sku": sku.join("-"), "price": money(self.price), "options": options});
        let more = [("compare_at_price", self.before.map(money)), ("weight_grams", self.weight_grams.map(Value::from))];
        for (name, value) in more {
            if let (Some(value), Some(fields)) = (value, variant.as_object_mut()) {
                fields.insert(name.to_owned(), value);
            }
        }
        variant
    }

    fn body(&self, category: &Value, currency: &str) -> Value {
        let options: Vec<Value> =
            self.options.iter().map(|option| json!({"name": option.name, "values": option.values})).collect();
        json!({
            "title": self.title, "description": self.description, "brand": self.brand, "tags": self.tags,
            "attributes": self.attributes, "category_ids": [category], "options": options,
            "variants": self.variants(currency),
        })
    }
}

/// Brings in what the shop sells, how many there are, and last the pictures, one after the other: they are the most work.
/// Once in a data folder's life.
pub async fn shop(world: &World) -> Result<(), SeedError> {
    let store = &world.engines().store;
    if store.fact(SEEDED)?.is_some() {
        return Ok(());
    }
    let demo = demo()?;
    let clerk = Staff::log_in(world, CATALOG).await?;
    let mut categories = BTreeMap::new();
    for (position, category) in demo.categories.iter().enumerate() {
        let body = json!({"name": category.name, "slug": category.slug, "position": position});
        let made = clerk.posts("/v1/admin/categories", &category.slug, body).await?;
        categories.insert(category.slug.as_str(), made["id"].clone());
    }
    let (mut products, mut skus) = (Vec::new(), Vec::new());
    for product in demo.products.iter().rev() {
        let category = categories.get(product.category.as_str()).cloned().unwrap_or_default();
        let body = product.body(&category, &demo.currency);
        skus.extend(product.variants(&demo.currency).iter().map(|variant| (variant["sku"].clone(), product.left)));
        let made = clerk.posts("/v1/admin/products", &product.sku, body).await?;
        products.push((text(&made["id"]).to_owned(), product));
    }
    stock(world, &skus).await?;
    // The newest stand first in every list.
    for (id, product) in products.iter().rev() {
        clerk.hangs(id, product).await?;
    }
    Ok(store.keep(SEEDED, "done")?)
}

async fn stock(world: &World, skus: &[(Value, Option<u32>)]) -> Result<(), SeedError> {
    let keeper = Staff::log_in(world, WAREHOUSE).await?;
    for (name, priority) in WAREHOUSES {
        let warehouse = keeper.posts("/v1/admin/warehouses", name, json!({"name": name, "priority": priority})).await?;
        for (nth, (sku, left)) in (1_u32..).zip(skus) {
            let Some(on_hand) = on_hand(nth, *left, priority) else { continue };
            let body =
                json!({"sku": sku, "warehouse_id": warehouse["id"], "on_hand": on_hand, "low_stock_threshold": LOW});
            keeper.posts("/v1/admin/inventory", &format!("{name} {}", text(sku)), body).await?;
        }
    }
    Ok(())
}

/// How many of the nth variant lie in a warehouse, if it lies there at all.
fn on_hand(nth: u32, left: Option<u32>, priority: u32) -> Option<u32> {
    // Of what sells well, a size or a colour is missed now and then.
    let left = left.or((nth % 9 == 4).then_some(nth % 4));
    match left {
        Some(left) => (priority == 1).then_some(left),
        // Some lie in one place only.
        None => (!(nth + priority).is_multiple_of(3)).then_some(12 + (nth * 7 + priority * 11) % 45),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Somebody of the staff.
struct Staff<'a> {
    world: &'a World,
    email: &'static str,
    /// What shows who asks: its time may be over, because whoever tries the shop may move its clock.
    bearer: Mutex<String>,
}

impl<'a> Staff<'a> {
    async fn log_in(world: &'a World, email: &'static str) -> Result<Self, SeedError> {
        let staff = Self { world, email, bearer: Mutex::default() };
        staff.log_in_again().await?;
        Ok(staff)
    }

    async fn log_in_again(&self) -> Result<(), SeedError> {
        let (path, body) = ("/v1/auth/login", json!({"email": self.email, "password": PASSWORD}));
        let answer = self.sends(&Method::POST, path, "", Some(&body)).await?;
        let login: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
        match login["access_token"].as_str() {
            Some(token) => *self.bearer.lock().unwrap_or_else(PoisonError::into_inner) = format!("Bearer {token}"),
            None => return Err(SeedError::Refused { what: self.email.to_owned(), reason: said(&answer) }),
        }
        Ok(())
    }

    async fn sends(
        &self,
        method: &Method,
        path: &str,
        key: &str,
        body: Option<&Value>,
    ) -> Result<Response<Bytes>, SeedError> {
        let bearer = self.bearer.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut request = Request::builder().method(method).uri(path).header(CONTENT_TYPE, "application/json");
        if path != "/v1/auth/login" {
            request = request.header(AUTHORIZATION, bearer);
        }
        if !key.is_empty() {
            request = request.header("idempotency-key", format!("demo-{}", key.replace(' ', "-")));
        }
        let request = request.body(body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string())));
        let refused = |error: http::Error| SeedError::Refused { what: path.to_owned(), reason: error.to_string() };
        Ok(self.world.request(request.map_err(refused)?, IpAddr::V4(Ipv4Addr::LOCALHOST)).await)
    }

    async fn posts(&self, path: &str, key: &str, body: Value) -> Result<Value, SeedError> {
        self.asks(&Method::POST, path, key, Some(&body)).await
    }

    async fn asks(&self, method: &Method, path: &str, key: &str, body: Option<&Value>) -> Result<Value, SeedError> {
        let mut reason = String::new();
        for _ in 0..ATTEMPTS {
            let answer = self.sends(method, path, key, body).await?;
            reason = said(&answer);
            match answer.status() {
                status if status.is_success() => return Ok(serde_json::from_slice(answer.body()).unwrap_or_default()),
                StatusCode::UNAUTHORIZED => self.log_in_again().await?,
                status if status.is_server_error() => self.world.ambient().sleep(PAUSE).await,
                _ => break,
            }
        }
        Err(SeedError::Refused { what: path.to_owned(), reason })
    }

    /// Draws a product's picture and uploads it, unless it has one, and waits until it can be seen.
    async fn hangs(&self, id: &str, product: &DemoProduct) -> Result<(), SeedError> {
        let page = format!("/v1/products/{id}");
        if !self.images(&page).await?.is_empty() {
            return Ok(());
        }
        let refused = |reason: String| SeedError::Refused { what: product.title.clone(), reason };
        let look = product.look;
        let drawn = tokio::task::spawn_blocking(move || holdfast_pictures::png(&look)).await;
        let file = drawn.map_err(|error| refused(error.to_string()))?.map_err(|error| refused(error.to_string()))?;
        let body = json!({"content_type": "image/png", "bytes": file.len(), "alt": product.title});
        let announced = self.posts(&format!("/v1/admin/products/{id}/images"), "", body).await?;
        let upload = &announced["upload"];
        let url = text(&upload["url"]);
        let host = url.split('/').nth(2).unwrap_or_default();
        let mut request = Request::put(url).header(HOST, host);
        for (name, value) in upload["headers"].as_object().into_iter().flatten() {
            request = request.header(name, text(value));
        }
        let request = request.body(Bytes::from(file)).map_err(|error| refused(error.to_string()))?;
        let answer = self.world.objects(request).await;
        if !answer.status().is_success() {
            return Err(refused(said(&answer)));
        }
        for _ in 0..LOOKS {
            if self.images(&page).await?.iter().all(|image| image["status"] != "PENDING") {
                break;
            }
            self.world.ambient().sleep(PAUSE).await;
        }
        Ok(())
    }

    async fn images(&self, page: &str) -> Result<Vec<Value>, SeedError> {
        let page = self.asks(&Method::GET, page, "", None).await?;
        Ok(page["images"].as_array().cloned().unwrap_or_default())
    }
}

fn said(answer: &Response<Bytes>) -> String {
    format!("{}: {}", answer.status(), String::from_utf8_lossy(answer.body()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use holdfast_catalog::domain::NewArticle;
    use holdfast_core::{Id, ProductId, Timestamp, VariantId};

    use super::*;

    #[test]
    fn everything_in_the_catalog_can_be_sold() {
        let demo = demo().unwrap();
        assert!(demo.categories.len() == 8 && (55..=70).contains(&demo.products.len()));
        let category = json!("cat_00000000000000000000000000");
        let mut skus = BTreeSet::new();
        for product in &demo.products {
            assert!(demo.categories.iter().any(|category| category.slug == product.category), "{}", product.title);
            let new: NewArticle = serde_json::from_value(product.body(&category, &demo.currency)).unwrap();
            let made =
                new.create(ProductId::from_bytes([0; 16]), |_| VariantId::from_bytes([0; 16]), Timestamp::UNIX_EPOCH);
            let made = made.unwrap_or_else(|wrong| panic!("{}: {wrong:?}", product.title));
            for variant in made.variants {
                assert!(skus.insert(variant.sku.as_str().to_owned()), "{} twice", variant.sku.as_str());
            }
        }
        assert!(skus.len() > 150, "{}", skus.len());
    }

    #[test]
    fn some_of_it_is_low_and_some_is_gone() {
        let demo = demo().unwrap();
        let (mut nth, mut counts) = (0, BTreeMap::<&str, u32>::new());
        for product in demo.products.iter().rev() {
            let mut best = 0;
            for _ in product.variants(&demo.currency) {
                nth += 1;
                let lie = WAREHOUSES.map(|(_, priority)| on_hand(nth, product.left, priority));
                assert!(lie.iter().any(Option::is_some), "{} lies nowhere", product.title);
                best = best.max(lie.into_iter().flatten().sum());
            }
            let is = if best == 0 {
                "out"
            } else if best <= LOW {
                "low"
            } else {
                "enough"
            };
            *counts.entry(is).or_default() += 1;
        }
        assert!(counts["low"] >= 7 && counts["out"] >= 4 && counts["enough"] >= 45, "{counts:?}");
    }

    #[test]
    fn no_two_products_look_alike() {
        let demo = demo().unwrap();
        for (nth, one) in demo.products.iter().enumerate() {
            assert!(demo.products[..nth].iter().all(|other| other.look != one.look), "{}", one.title);
        }
    }
}
