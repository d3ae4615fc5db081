//! What the gateway's word costs: processor time, and units of DynamoDB, told the first time and told again.

use std::error::Error;

use holdfast_local::engines::gateway::{Event, SIGNATURE, WEBHOOK_SECRET, signature};
use holdfast_local::{Bytes, Tally};
use holdfast_testing::{Actor, Shop};
use http::Request;
use http::header::CONTENT_TYPE;
use serde_json::json;

use super::Figure;
use super::process::{cpu_s, thread_cpu_s};
use crate::served::{home, stocked};

/// How many are paid.
const PAID: usize = 200;
const FUNCTION: &str = "PaymentsWebhookFunction";

/// Two hundred orders' payments, each told twice.
pub fn figures() -> Result<Vec<Figure>, Box<dyn Error>> {
    let alone = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    alone.block_on(async {
        let shop = Shop::open();
        shop.world().recorder().meter_engines();
        stocked(&shop, 1).await;
        // Nobody is told by the gateway itself: what is told is told here.
        shop.world().gateway().calls(None);
        for _ in 0..=PAID {
            paid(&shop).await;
        }
        let events = shop.world().gateway().events()?;
        let mut events: Vec<_> = events.iter().filter(|event| event.kind == "payment_intent.succeeded").collect();
        let gateway = shop.guest();
        // The function is warm from here on.
        tells(&shop, &gateway, events.pop().ok_or("nobody has paid")?).await;
        let (first, cpu_us, beside_us) = told(&shop, &gateway, &events).await?;
        let (again, again_us, _) = told(&shop, &gateway, &events).await?;
        let each = |units: f64| units / events.len() as f64;
        let figure = |name, value, unit, of| Figure { name, value, unit, at_most: None, at_least: None, of };
        let (new, old) = ("payment_intent.succeeded of a PENDING order of one article", "the same told again");
        Ok(vec![
            figure("webhook_cpu_us", cpu_us, "us", "with the engine beneath it and whoever tells, mean of 200"),
            figure(
                "webhook_beside_engine_us",
                beside_us,
                "us",
                "without the engine, whoever tells in it, median of 200",
            ),
            figure("webhook_transactions", each(calls(&first, "TransactWriteItems")), "transactions", new),
            figure("webhook_write_units", each(sum(&first, |tally| tally.write_units)), "WU", new),
            figure("webhook_read_units", each(sum(&first, |tally| tally.read_units)), "RU", new),
            figure("webhook_duplicate_cpu_us", again_us, "us", old),
            Figure {
                at_most: Some(1.0),
                at_least: None,
                ..figure("webhook_duplicate_calls", each(sum(&again, |tally| tally.calls as f64)), "calls", old)
            },
            figure("webhook_duplicate_read_units", each(sum(&again, |tally| tally.read_units)), "RU", old),
            Figure {
                at_most: Some(0.0),
                at_least: None,
                ..figure("webhook_duplicate_write_units", each(sum(&again, |tally| tally.write_units)), "WU", old)
            },
        ])
    })
}

/// A guest's order, paid at the gateway.
async fn paid(shop: &Shop) {
    let guest = shop.guest();
    let cart = guest.post("/v1/cart/items", json!({"sku": "A0", "quantity": 1})).await.expect_status(201);
    let guest = guest.with_header("x-cart-token", &cart.at("/cart_token"));
    let wish = json!({"shipping_address": home(), "shipping_method": "standard"});
    let quote = guest.post("/v1/checkout/quote", wish).await.expect_status(200).json();
    let order = json!({
        "expected_total": quote["total"], "email": "guest@example.test", "shipping_address": home(),
        "shipping_method": "standard",
    });
    let placed = guest.clone().keyed("bench").post("/v1/checkout", order).await.expect_status(201);
    let owner = guest.with_header("x-order-token", &placed.at("/order_token"));
    let intent = owner.post(&format!("/v1/orders/{}/payment-intent", placed.at("/id")), json!({})).await;
    let intent = intent.expect_status(200).at("/payment_intent_id");
    shop.world().gateway().pay(&intent, "pm_card_visa").unwrap_or_else(|reason| panic!("{reason}"));
}

/// Tells of one event, as the gateway does.
async fn tells(shop: &Shop, gateway: &Actor, event: &Event) {
    let body = format!("{:#}", json!(event));
    let signature = signature(&[WEBHOOK_SECRET.to_owned()], shop.now(), &body);
    let request = Request::post("/v1/webhooks/payments").header(CONTENT_TYPE, "application/json");
    let request = request.header(SIGNATURE, signature).body(Bytes::from(body));
    gateway.send(request.unwrap_or_else(|error| panic!("{error}"))).await.expect_status(200);
}

type Tallies = Vec<(String, Tally)>;

/// Tells of all of them: what the function called, the processor's time for each, and what of it was not the engine's.
async fn told(shop: &Shop, gateway: &Actor, events: &[&Event]) -> Result<(Tallies, f64, f64), Box<dyn Error>> {
    let recorder = shop.world().recorder();
    recorder.restart_tallies();
    let (began, mut beside) = (cpu_s()?, Vec::with_capacity(events.len()));
    for event in events {
        let (cpu, engine) = (thread_cpu_s(), recorder.engines_s());
        tells(shop, gateway, event).await;
        beside.push((thread_cpu_s() - cpu) - (recorder.engines_s() - engine));
    }
    let cpu_us = (cpu_s()? - began) * 1e6 / events.len() as f64;
    let own = recorder.tallies().into_iter().filter(|((function, ..), _)| function == FUNCTION);
    let own = own.map(|((_, _, operation), tally)| (operation, tally)).collect();
    Ok((own, cpu_us, super::median(beside) * 1e6))
}

fn sum(tallies: &Tallies, of: impl Fn(&Tally) -> f64) -> f64 {
    tallies.iter().map(|(_, tally)| of(tally)).sum()
}

fn calls(tallies: &Tallies, operation: &str) -> f64 {
    sum(&tallies.iter().filter(|(name, _)| name == operation).cloned().collect(), |tally| tally.calls as f64)
}
