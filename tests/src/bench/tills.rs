//! What a checkout costs: round trips, units of DynamoDB and processor time by how much is bought; and how many the local host
//! places in a second over HTTP.

use std::error::Error;
use std::time::Duration;

use holdfast_attack::{Line, Place};
use holdfast_local::Latency;
use holdfast_testing::{Actor, Shop};
use serde_json::{Value, json};

use super::process::{cpu_s, thread_cpu_s};
use super::{Figure, median, now};
use crate::served::{CLIENTS, CLOUD, PRICE, Served, home, percentile, stocked};

const ORDERS: usize = 200;
/// What sending costs below the subtotal from which it costs nothing.
const SHIPPING: i64 = 700;
const FREE_FROM: i64 = 10_000;
/// How often each of those buys who buy at the same time.
const EACH: usize = 60;

/// A checkout of 1, 5 and 20 articles; and many at once.
pub fn figures() -> Result<Vec<Figure>, Box<dyn Error>> {
    let alone = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut figures = Vec::new();
    for (skus, of) in [(1, "one article"), (5, "five articles"), (20, "twenty articles")] {
        figures.extend(alone.block_on(checkout(skus, of))?);
    }
    let both = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
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
            Some(CLOUD),
            ["checkouts_per_s", "checkout_p50_ms", "checkout_p99_ms"],
            "16 clients, an article each, with 5 ms a call and 10 ms a transaction",
        ),
        (
            1,
            Some(CLOUD),
            ["checkouts_per_s", "checkout_p50_ms", "checkout_p99_ms"],
            "16 clients, all of one article, with 5 ms a call and 10 ms a transaction",
        ),
    ] {
        figures.extend(both.block_on(crowd(articles, latency, names, of))?);
    }
    Ok(figures)
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
        "shipping_address": home(),
        "shipping_method": "standard",
    })
}

async fn checkout(skus: usize, of: &'static str) -> Result<Vec<Figure>, Box<dyn Error>> {
    let shop = Shop::open();
    shop.world().recorder().meter_engines();
    stocked(&shop, skus).await;
    let mut guests = Vec::with_capacity(ORDERS);
    for _ in 0..ORDERS + 2 {
        guests.push(guest(&shop, 0..skus).await.0.keyed("bench"));
    }
    let (first, last) = (guests.pop().ok_or("nobody")?, guests.pop().ok_or("nobody")?);
    first.post("/v1/checkout", order(skus)).await.expect_status(201);
    shop.world().recorder().restart_tallies();
    let began = cpu_s()?;
    let mut beside = Vec::with_capacity(ORDERS);
    for guest in &guests {
        let (cpu, engine) = (thread_cpu_s(), shop.world().recorder().engines_s());
        guest.post("/v1/checkout", order(skus)).await.expect_status(201);
        beside.push((thread_cpu_s() - cpu) - (shop.world().recorder().engines_s() - engine));
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
    let wait = Duration::from_millis(200);
    shop.world().faults().slow(Some(Latency { call: wait, transaction: wait }));
    let began = now();
    last.post("/v1/checkout", order(skus)).await.expect_status(201);
    let trips = (began.elapsed().as_secs_f64() / wait.as_secs_f64()).floor();
    let each = |units: f64| units / ORDERS as f64;
    let figure = |name, value, unit| Figure { name, value, unit, at_most: None, at_least: None, of };
    Ok(vec![
        figure("checkout_cpu_us", cpu_us, "us"),
        // The one of the numbers that is the application's own; whoever asks is in it.
        Figure { at_most: Some(500.0), ..figure("checkout_beside_engine_us", median(beside) * 1e6, "us") },
        figure("checkout_read_units", each(read), "RU"),
        figure("checkout_write_units", each(transaction), "WU"),
        figure("checkout_limit_units", each(counter), "WU"),
        // Two of reads, the address's counter, and the transaction.
        Figure {
            name: "checkout_round_trips",
            value: trips,
            unit: "round trips",
            at_most: Some(4.0),
            at_least: None,
            of,
        },
    ])
}

async fn crowd(
    articles: usize,
    latency: Option<Latency>,
    [rate, p50, p99]: [&'static str; 3],
    of: &'static str,
) -> Result<Vec<Figure>, Box<dyn Error>> {
    let served = Served::open("tills", articles).await?;
    let mut carts = Vec::with_capacity(CLIENTS);
    for client in 0..CLIENTS {
        let article = client % articles;
        let mut own = Vec::with_capacity(EACH);
        for _ in 0..EACH {
            own.push(guest(&served.shop, article..article + 1).await.1);
        }
        carts.push(own);
    }
    served.shop.world().faults().slow(latency);
    let began = now();
    let clients: Vec<_> = carts.into_iter().map(|carts| tokio::spawn(buys(served.port, carts))).collect();
    let mut waits = Vec::with_capacity(CLIENTS * EACH);
    for client in clients {
        waits.extend(client.await??);
    }
    let seconds = began.elapsed().as_secs_f64();
    served.close().await?;
    waits.sort_by(f64::total_cmp);
    let figure = |name, value, unit| Figure { name, value, unit, at_most: None, at_least: None, of };
    let each_s = waits.len() as f64 / seconds;
    Ok(vec![
        figure(rate, each_s, "1/s"),
        figure(p50, percentile(&waits, 50), "ms"),
        figure(p99, percentile(&waits, 99), "ms"),
    ])
}

/// Orders each of these carts, one after the other, over one connection: how long each took, in milliseconds.
async fn buys(port: u16, carts: Vec<String>) -> Result<Vec<f64>, std::io::Error> {
    let mut line = Line::open(&Place::here(port)).await?;
    let (body, mut waits) = (order(1), Vec::with_capacity(carts.len()));
    for token in carts {
        let headers = format!("x-cart-token: {token}\r\nidempotency-key: bench\r\n");
        let began = now();
        line.posts("/v1/checkout", &headers, &body, 201).await?;
        waits.push(began.elapsed().as_secs_f64() * 1e3);
    }
    Ok(waits)
}
