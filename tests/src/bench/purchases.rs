//! A guest's whole purchase over HTTP: cart, quote, checkout, intent, payment, and the gateway's word that it is paid.

use std::error::Error;
use std::io;

use holdfast_attack::{Line, Place};
use holdfast_core::{Clock, Timestamp};
use holdfast_local::Latency;
use serde_json::{Value, json};

use super::{Figure, now};
use crate::served::{CLIENTS, CLOUD, Served, home, percentile};

/// So many articles there are.
const ARTICLES: usize = 50;
/// How often each client buys.
const EACH: usize = 100;
/// How often each client looks.
const LOOKS: usize = 1_000;
/// What the gateway's page sends as, in a customer's browser.
const AT_THE_GATEWAY: &str =
    "authorization: Bearer sk_test_sandbox\r\ncontent-type: application/x-www-form-urlencoded\r\n";

/// Somebody who has bought.
struct Bought {
    order: String,
    token: String,
    began: Timestamp,
    /// Until the payment was answered, in milliseconds.
    asked_ms: f64,
}

/// Purchases by sixteen at once, as fast as this machine is and as slow as DynamoDB is in the cloud.
pub fn figures() -> Result<Vec<Figure>, Box<dyn Error>> {
    let both = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let here = "16 guests over HTTP, on disk, they and the host on the same cores; timed until all is settled and every mail sent";
    let cloud = "the same with 5 ms a call of DynamoDB and 10 ms a transaction";
    let mut figures = both.block_on(purchases(None, here))?;
    figures.extend(both.block_on(purchases(Some(CLOUD), cloud))?);
    Ok(figures)
}

/// The page of a product and a list of them, looked at by sixteen at once.
pub fn pages() -> Result<Vec<Figure>, Box<dyn Error>> {
    let both = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    both.block_on(async {
        let served = Served::open("pages", ARTICLES).await?;
        let list = Line::open(&Place::here(served.port)).await?.gets("/v1/products?limit=20", "").await?;
        let product = list.pointer("/items/0/id").and_then(Value::as_str).ok_or("the shop is empty")?;
        let of = "16 guests over HTTP, on disk, they and the host on the same cores";
        let page = looks(served.port, format!("/v1/products/{product}")).await?;
        let list = looks(served.port, "/v1/products?limit=20".to_owned()).await?;
        served.close().await?;
        let figure = |name, value| Figure { name, value, unit: "1/s", at_most: None, at_least: Some(5_000.0), of };
        Ok(vec![figure("product_page_per_s", page), figure("products_list_per_s", list)])
    })
}

async fn looks(port: u16, path: String) -> Result<f64, Box<dyn Error>> {
    let began = now();
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let path = path.clone();
            tokio::spawn(async move {
                let mut line = Line::open(&Place::here(port)).await?;
                for _ in 0..LOOKS {
                    line.gets(&path, "").await?;
                }
                io::Result::Ok(())
            })
        })
        .collect();
    for client in clients {
        client.await??;
    }
    Ok((CLIENTS * LOOKS) as f64 / began.elapsed().as_secs_f64())
}

async fn purchases(latency: Option<Latency>, of: &'static str) -> Result<Vec<Figure>, Box<dyn Error>> {
    let served = Served::open("purchases", ARTICLES).await?;
    let world = served.shop.world().clone();
    // Functions are warm, and the first mail is sent, before the clock starts.
    buys(served.port, world.clone(), 0, 1).await?;
    world.settle().await;
    let mails = world.mailbox()?.len();
    world.faults().slow(latency);
    let began = now();
    let clients: Vec<_> =
        (0..CLIENTS).map(|client| tokio::spawn(buys(served.port, world.clone(), client, EACH))).collect();
    let mut bought = Vec::with_capacity(CLIENTS * EACH);
    for client in clients {
        bought.extend(client.await??);
    }
    let asking_s = began.elapsed().as_secs_f64();
    world.settle().await;
    let seconds = began.elapsed().as_secs_f64();
    world.faults().slow(None);
    let mails = world.mailbox()?.len() - mails;
    let (mut asked, mut paid) = (Vec::new(), Vec::new());
    let mut line = Line::open(&Place::here(served.port)).await?;
    for one in &bought {
        let order =
            line.gets(&format!("/v1/orders/{}", one.order), &format!("x-order-token: {}\r\n", one.token)).await?;
        let turns = order["history"].as_array().into_iter().flatten();
        let at =
            turns.filter(|turn| turn["to"] == "PAID").find_map(|turn| turn["at"].as_str()?.parse::<Timestamp>().ok());
        let at = at.ok_or_else(|| format!("the order {} is not paid: {order}", one.order))?;
        paid.push(at.duration_since(one.began).as_secs_f64() * 1e3);
        asked.push(one.asked_ms);
    }
    served.close().await?;
    asked.sort_by(f64::total_cmp);
    paid.sort_by(f64::total_cmp);
    let figure = |name, value, unit| Figure { name, value, unit, at_most: None, at_least: None, of };
    let count = bought.len() as f64;
    // What is to be reached is said of this machine, not of the cloud's latency.
    let here = latency.is_none();
    Ok(vec![
        Figure { at_least: here.then_some(400.0), ..figure("purchases_per_s", count / seconds, "1/s") },
        figure("purchase_p50_ms", percentile(&paid, 50), "ms"),
        // From the cart's request until the order is PAID, by its own history.
        Figure { at_most: here.then_some(100.0), ..figure("purchase_p99_ms", percentile(&paid, 99), "ms") },
        figure("purchase_answered_p99_ms", percentile(&asked, 99), "ms"),
        figure("purchase_settling_s", seconds - asking_s, "s"),
        figure("purchase_mails", mails as f64 / count, "mails each"),
    ])
}

/// Buys one article after another, over one connection.
async fn buys(port: u16, world: holdfast_local::World, client: usize, count: usize) -> io::Result<Vec<Bought>> {
    let (mut line, mut bought) = (Line::open(&Place::here(port)).await?, Vec::with_capacity(count));
    for nth in 0..count {
        let (began, clock) = (world.clock().now(), now());
        let article = format!("A{}", (client * 7 + nth) % ARTICLES);
        let cart = line.posts("/v1/cart/items", "", &json!({"sku": article, "quantity": 1}), 201).await?;
        let cart = format!("x-cart-token: {}\r\n", text(&cart, "cart_token")?);
        let wish = json!({"shipping_address": home(), "shipping_method": "standard"});
        let quote = line.posts("/v1/checkout/quote", &cart, &wish, 200).await?;
        let order = json!({
            "expected_total": quote["total"], "email": "guest@example.test", "shipping_address": home(),
            "shipping_method": "standard",
        });
        let placed = line.posts("/v1/checkout", &format!("{cart}idempotency-key: buy\r\n"), &order, 201).await?;
        let (order, token) = (text(&placed, "id")?, text(&placed, "order_token")?);
        let owner = format!("x-order-token: {token}\r\n");
        let intent = line.posts(&format!("/v1/orders/{order}/payment-intent"), &owner, &json!({}), 200).await?;
        let path = format!("/dev/gateway/v1/payment_intents/{}/confirm", text(&intent, "payment_intent_id")?);
        line.asks("POST", &path, AT_THE_GATEWAY, "payment_method=pm_card_visa", 200).await?;
        bought.push(Bought { order, token, began, asked_ms: clock.elapsed().as_secs_f64() * 1e3 });
    }
    Ok(bought)
}

fn text(answer: &Value, name: &str) -> io::Result<String> {
    let text = answer[name].as_str().map(str::to_owned);
    text.ok_or_else(|| io::Error::other(format!("there is no {name} in {answer}")))
}
