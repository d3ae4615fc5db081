//! What a checkout costs: round trips, units of DynamoDB and processor time by how much is bought; and how many the local host
//! places in a second over HTTP.

use std::error::Error;
use std::fs;
use std::net::Ipv4Addr;
use std::time::Duration;

use holdfast_auth::Role;
use holdfast_local::{Background, DataFolder, Latency, Options};
use holdfast_testing::{Actor, Shop};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::process::cpu_s;
use super::{Figure, now};

const ORDERS: usize = 200;
const PRICE: i64 = 1_000;
/// What sending costs below the subtotal from which it costs nothing.
const SHIPPING: i64 = 700;
const FREE_FROM: i64 = 10_000;
/// Who buy over HTTP at the same time, and how often each.
const CLIENTS: usize = 16;
const EACH: usize = 60;

/// A checkout of 1, 5 and 20 articles; and many at once.
pub fn figures() -> Result<Vec<Figure>, Box<dyn Error>> {
    let alone = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut figures = Vec::new();
    for (skus, of) in [(1, "one article"), (5, "five articles"), (20, "twenty articles")] {
        figures.extend(alone.block_on(checkout(skus, of))?);
    }
    let both = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let cloud = Latency { call: Duration::from_millis(5), transaction: Duration::from_millis(10) };
    for (articles, latency, names, of) in [
        (
            CLIENTS,
            None,
            ["checkouts_per_s", "checkout_p50_ms", "checkout_p99_ms"],
            "16 clients, an article each, over HTTP, on disk",
        ),
        (1, None, ["checkouts_per_s", "checkout_p50_ms", "checkout_p99_ms"], "16 clients, all of one article"),
        (
            CLIENTS,
            Some(cloud),
            ["checkouts_per_s", "checkout_p50_ms", "checkout_p99_ms"],
            "16 clients, an article each, with 5 ms a call and 10 ms a transaction",
        ),
        (
            1,
            Some(cloud),
            ["checkouts_per_s", "checkout_p50_ms", "checkout_p99_ms"],
            "16 clients, all of one article, with 5 ms a call and 10 ms a transaction",
        ),
    ] {
        figures.extend(both.block_on(crowd(articles, latency, names, of))?);
    }
    Ok(figures)
}

/// So many articles on the shelf, more than anybody buys.
async fn stocked(shop: &Shop, skus: usize) {
    let (clerk, keeper) = (shop.staff(Role::Catalog).await, shop.staff(Role::Warehouse).await);
    let posts = async |actor: &Actor, key: String, path: &str, body: Value| {
        actor.clone().keyed(&key).post(path, body).await.expect_status(201)
    };
    let basel =
        posts(&keeper, "basel".to_owned(), "/v1/admin/warehouses", json!({"name": "Basel", "priority": 1})).await;
    for nth in 0..skus {
        let variant =
            json!({"sku": format!("A{nth}"), "price": {"amount": PRICE, "currency": "USD"}, "weight_grams": 100});
        let product = json!({"title": format!("Stoneware mug no. {nth}"), "variants": [variant]});
        posts(&clerk, format!("product-{nth}"), "/v1/admin/products", product).await;
        let stock = json!({"sku": format!("A{nth}"), "warehouse_id": basel.at("/id"), "on_hand": 1_000_000});
        posts(&keeper, format!("stock-{nth}"), "/v1/admin/inventory", stock).await;
    }
    shop.settle().await;
}

/// A guest with one of each of these in the cart.
async fn guest(shop: &Shop, skus: std::ops::Range<usize>) -> (Actor, String) {
    let mut guest = shop.guest();
    let mut token = String::new();
    for nth in skus {
        let cart =
            guest.post("/v1/cart/items", json!({"sku": format!("A{nth}"), "quantity": 1})).await.expect_status(201);
        if token.is_empty() {
            token = cart.at("/cart_token");
            guest = guest.with_header("x-cart-token", &token);
        }
    }
    (guest, token)
}

fn order(skus: usize) -> Value {
    let subtotal = PRICE * i64::try_from(skus).unwrap_or(0);
    let shipping = if subtotal >= FREE_FROM { 0 } else { SHIPPING };
    json!({
        "expected_total": {"amount": subtotal + shipping, "currency": "USD"},
        "email": "guest@example.test",
        "shipping_address": {"name": "Ada Lovelace", "line1": "12 St James's Square", "city": "Reykjavik", "postal_code": "101", "country": "IS"},
        "shipping_method": "standard",
    })
}

async fn checkout(skus: usize, of: &'static str) -> Result<Vec<Figure>, Box<dyn Error>> {
    let shop = Shop::open();
    stocked(&shop, skus).await;
    let mut guests = Vec::with_capacity(ORDERS);
    for _ in 0..ORDERS + 2 {
        guests.push(guest(&shop, 0..skus).await.0.keyed("bench"));
    }
    let (first, last) = (guests.pop().ok_or("nobody")?, guests.pop().ok_or("nobody")?);
    first.post("/v1/checkout", order(skus)).await.expect_status(201);
    shop.world().recorder().restart_tallies();
    let began = cpu_s()?;
    for guest in &guests {
        guest.post("/v1/checkout", order(skus)).await.expect_status(201);
    }
    let cpu_us = (cpu_s()? - began) * 1e6 / ORDERS as f64;
    let tallies = shop.world().recorder().tallies();
    let own = |wanted: &dyn Fn(&str) -> bool| {
        let own = tallies
            .iter()
            .filter(|((function, _, operation), _)| function == "CheckoutPlaceFunction" && wanted(operation));
        own.fold((0.0, 0.0), |(read, write), (_, tally)| (read + tally.read_units, write + tally.write_units))
    };
    let (read, _) = own(&|_| true);
    let (_, transaction) = own(&|operation| operation == "TransactWriteItems");
    let (_, counter) = own(&|operation| operation == "UpdateItem");
    // Each call waits so long, and calls at the same time wait together: what is left of the time is how many follow one another.
    let wait = Duration::from_millis(50);
    shop.world().faults().slow(Some(Latency { call: wait, transaction: wait }));
    let began = now();
    last.post("/v1/checkout", order(skus)).await.expect_status(201);
    let trips = (began.elapsed().as_secs_f64() / wait.as_secs_f64()).floor();
    let each = |units: f64| units / ORDERS as f64;
    let figure = |name, value, unit| Figure { name, value, unit, at_most: None, of };
    Ok(vec![
        figure("checkout_cpu_us", cpu_us, "us"),
        figure("checkout_read_units", each(read), "RU"),
        figure("checkout_write_units", each(transaction), "WU"),
        figure("checkout_limit_units", each(counter), "WU"),
        // Two of reads, the address's counter, and the transaction.
        Figure { name: "checkout_round_trips", value: trips, unit: "round trips", at_most: Some(4.0), of },
    ])
}

async fn crowd(
    articles: usize,
    latency: Option<Latency>,
    [rate, p50, p99]: [&'static str; 3],
    of: &'static str,
) -> Result<Vec<Figure>, Box<dyn Error>> {
    let folder = std::env::temp_dir().join(format!("holdfast-tills-{}", std::process::id()));
    drop(fs::remove_dir_all(&folder));
    let shop = Shop::of(Options::kept(Shop::blueprint(), DataFolder::open(&folder)?));
    stocked(&shop, articles).await;
    let mut carts = Vec::with_capacity(CLIENTS);
    for client in 0..CLIENTS {
        let article = client % articles;
        let mut own = Vec::with_capacity(EACH);
        for _ in 0..EACH {
            own.push(guest(&shop, article..article + 1).await.1);
        }
        carts.push(own);
    }
    shop.world().faults().slow(latency);
    let background = Background::start(shop.world());
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let port = listener.local_addr()?.port();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(holdfast_local::serve(shop.world().clone(), listener, async { drop(stopped.await) }));
    let began = now();
    let clients: Vec<_> = carts.into_iter().map(|carts| tokio::spawn(buys(port, carts))).collect();
    let mut waits = Vec::with_capacity(CLIENTS * EACH);
    for client in clients {
        waits.extend(client.await??);
    }
    let seconds = began.elapsed().as_secs_f64();
    stop.send(()).map_err(|()| "the host has stopped by itself")?;
    serving.await??;
    background.stop().await;
    fs::remove_dir_all(&folder)?;
    waits.sort_by(f64::total_cmp);
    let at = |percent: usize| waits.get(waits.len() * percent / 100).copied().unwrap_or(f64::NAN);
    let figure = |name, value, unit| Figure { name, value, unit, at_most: None, of };
    Ok(vec![figure(rate, waits.len() as f64 / seconds, "1/s"), figure(p50, at(50), "ms"), figure(p99, at(99), "ms")])
}

/// Orders each of these carts, one after the other, over one connection: how long each took, in milliseconds.
async fn buys(port: u16, carts: Vec<String>) -> Result<Vec<f64>, std::io::Error> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
    stream.set_nodelay(true)?;
    let (body, mut waits) = (order(1).to_string(), Vec::with_capacity(carts.len()));
    for token in carts {
        let request = format!(
            "POST /v1/checkout HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-type: application/json\r\nx-cart-token: {token}\r\n\
            idempotency-key: bench\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let began = now();
        stream.write_all(request.as_bytes()).await?;
        let status = answered(&mut stream).await?;
        waits.push(began.elapsed().as_secs_f64() * 1e3);
        if status != "201" {
            return Err(std::io::Error::other(format!("an order was answered {status}")));
        }
    }
    Ok(waits)
}

/// Reads one answer to its end: its status.
async fn answered(stream: &mut TcpStream) -> Result<String, std::io::Error> {
    let (mut text, mut buffer) = (Vec::new(), [0; 8192]);
    loop {
        let read = stream.read(&mut buffer).await?;
        if read == 0 {
            return Err(std::io::Error::other("the host hung up"));
        }
        text.extend_from_slice(&buffer[..read]);
        let seen = String::from_utf8_lossy(&text);
        let Some((head, body)) = seen.split_once("\r\n\r\n") else { continue };
        let length =
            head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
        if body.len() >= length.unwrap_or(0_usize) {
            return Ok(head.split(' ').nth(1).unwrap_or_default().to_owned());
        }
    }
}
