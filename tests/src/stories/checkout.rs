//! From a cart to an order, and what stands in the way.

use std::time::Duration;

use holdfast_auth::Role;
use holdfast_testing::{Actor, Answer, Shop};
use serde_json::{Value, json};

use super::carts::{adds, archives, fills, sells};
use super::products::usd;
use super::stock::{anew, balance, movements, opens};

/// Where parcels go: no tax is charged there.
pub(super) fn home() -> Value {
    json!({"name": "Ada Lovelace", "line1": "12 St James's Square", "city": "Reykjavik", "postal_code": "101", "country": "IS"})
}

/// What the caller's cart costs, sent home.
pub(super) async fn quote(actor: &Actor) -> Answer {
    actor.post("/v1/checkout/quote", json!({"shipping_address": home(), "shipping_method": "standard"})).await
}

/// An order for so much.
pub fn order(total: i64) -> Value {
    json!({
        "expected_total": usd(total),
        "email": "guest@example.test",
        "shipping_address": home(),
        "shipping_method": "standard",
    })
}

/// Orders the caller's cart as it is quoted.
pub async fn orders(actor: &Actor) -> Answer {
    let total = quote(actor).await.expect_status(200).json()["total"]["amount"].as_i64().unwrap();
    anew(actor).post("/v1/checkout", order(total)).await.expect_status(201)
}

/// A guest's order of an article: the guest, with the order's token, and the order.
pub async fn guest_order(shop: &Shop, sku: &str, quantity: u32) -> (Actor, Answer) {
    let guest = fills(shop, sku, quantity).await;
    let placed = orders(&guest).await;
    (guest.with_header("x-order-token", &placed.at("/order_token")), placed)
}

async fn later(shop: &Shop, keeper: &mut Actor, seconds: u64) {
    shop.advance(Duration::from_secs(seconds));
    shop.settle().await;
    *keeper = shop.log_in(shop.guest(), keeper.email(), keeper.password()).await;
}

pub async fn somebody_browses_logs_in_and_orders(shop: Shop) {
    let (_, mut keeper) = sells(&shop, &[("MUG", 1999, 10), ("TEE", 2500, 10)]).await;
    shop.settle().await;
    assert_eq!(shop.guest().get("/v1/products").await.expect_status(200).json()["items"].as_array().unwrap().len(), 2);
    let guest = shop.guest();
    let token = adds(&guest, "MUG", 2).await.expect_status(201).at("/cart_token");
    let ada = shop.customer("ada@example.test").await;
    adds(&ada, "TEE", 1).await.expect_status(201);
    ada.post("/v1/cart/merge", json!({"cart_token": token})).await.expect_status(200);
    let quoted = quote(&ada).await.expect_status(200);
    assert_eq!(
        [quoted.at("/subtotal/amount"), quoted.at("/shipping/amount"), quoted.at("/total/amount")],
        ["6498", "700", "7198"]
    );
    let placed = anew(&ada).post("/v1/checkout", order(7198)).await.expect_status(201);
    assert_eq!(
        [placed.at("/status"), placed.at("/payment_status"), placed.at("/total/amount")],
        ["PENDING", "NONE", "7198"]
    );
    assert!(placed.json().get("order_token").is_none(), "a customer needs none");
    assert_eq!(placed.at("/history/0/to"), "PENDING");
    let (id, number) = (placed.at("/id"), placed.at("/number"));
    assert_eq!((number.len(), number.matches('-').count()), (14, 2), "{number}");
    assert_eq!(ada.get("/v1/cart").await.expect_status(200).at("/lines"), "[]", "the cart has become the order");
    assert_eq!(balance(&keeper, "MUG").await, [8, 2]);
    let own = ada.get(&format!("/v1/orders/{id}")).await.expect_status(200);
    assert_eq!(
        [own.at("/number"), own.at("/lines/0/sku"), own.at("/shipping_address/city")],
        [number.as_str(), "TEE", "Reykjavik"]
    );
    shop.settle().await;

    // Nobody pays. A second before its time it is held; then it is not.
    let (email, password) = (ada.email().to_owned(), ada.password().to_owned());
    later(&shop, &mut keeper, 899).await;
    assert_eq!(balance(&keeper, "MUG").await, [8, 2]);
    later(&shop, &mut keeper, 1).await;
    assert_eq!([balance(&keeper, "MUG").await, balance(&keeper, "TEE").await], [[10, 0], [10, 0]]);
    let ada = shop.log_in(shop.guest(), &email, &password).await;
    let expired = ada.get(&format!("/v1/orders/{id}")).await.expect_status(200);
    assert_eq!([expired.at("/status"), expired.at("/history/1/to")], ["EXPIRED", "EXPIRED"]);
    assert_eq!(movements(&keeper, "TEE").await.last().unwrap().0, "EXPIRED");
    let list = ada.get("/v1/orders").await.expect_status(200);
    assert_eq!(
        [list.at("/items/0/id"), list.at("/items/0/status"), list.at("/items/0/quantity")],
        [id.as_str(), "EXPIRED", "3"]
    );
}

pub async fn a_repeat_gets_the_order_that_it_placed(shop: Shop) {
    let (clerk, keeper) = sells(&shop, &[("MUG", 1999, 2)]).await;
    let guest = fills(&shop, "MUG", 2).await;
    let keyed = guest.clone().keyed("buy");
    // A double click: both hear the same, and the second does not hear that there is nothing left.
    let (one, other) = tokio::join!(keyed.post("/v1/checkout", order(4698)), keyed.post("/v1/checkout", order(4698)));
    let (one, other) = (one.expect_status(201), other.expect_status(201));
    assert_eq!(one.json(), other.json());
    assert_eq!(balance(&keeper, "MUG").await, [0, 2]);
    // The price is another, the order has ended, its cart was closed: the answer is what it was.
    clerk.patch("/v1/admin/variants/MUG", json!({"price": usd(1)})).await.expect_status(200);
    let own = guest.clone().with_header("x-order-token", &one.at("/order_token"));
    let id = one.at("/id");
    anew(&own).post(&format!("/v1/orders/{id}/cancel"), json!({})).await.expect_status(200);
    assert_eq!(own.get(&format!("/v1/orders/{id}")).await.expect_status(200).at("/status"), "CANCELLED");
    assert_eq!(keyed.post("/v1/checkout", order(4698)).await.expect_status(201).json(), one.json());
    keyed.post("/v1/checkout", order(4699)).await.expect_problem(422, "idempotency_key_reused");
    // Whoever has logged in meanwhile, and brings the cart's token along, is still the same.
    let ada = shop.customer("ada@example.test").await;
    let both = keyed.clone().with_token(&ada.access_token());
    assert_eq!(both.post("/v1/checkout", order(4698)).await.expect_status(201).at("/id"), id);
    // Another's key is another's.
    let bob = ada.clone().keyed("buy");
    bob.post("/v1/checkout", order(4698)).await.expect_problem(409, "cart_empty");
    assert_eq!(balance(&keeper, "MUG").await, [2, 0]);
}

pub async fn a_price_is_what_was_seen_or_none(shop: Shop) {
    let (clerk, keeper) = sells(&shop, &[("MUG", 1999, 9), ("TEE", 2500, 9)]).await;
    let guest = fills(&shop, "MUG", 1).await;
    adds(&guest, "TEE", 1).await.expect_status(201);
    let seen = quote(&guest).await.expect_status(200);
    assert_eq!([seen.at("/total/amount"), seen.at("/cart_version")], ["5199", "2"]);
    for (price, total) in [(1500, 4700), (3000, 6200)] {
        clerk.patch("/v1/admin/variants/MUG", json!({"price": usd(price)})).await.expect_status(200);
        let refused = anew(&guest).post("/v1/checkout", order(5199)).await.expect_problem(409, "price_changed");
        assert_eq!(refused.at("/quote/total/amount"), total.to_string());
        assert_eq!(refused.at("/quote/warnings/0/code"), "price_changed");
    }
    adds(&guest, "TEE", 1).await.expect_status(201);
    let mut stale = order(8700);
    stale["cart_version"] = json!(2);
    let refused = anew(&guest).post("/v1/checkout", stale.clone()).await.expect_problem(409, "cart_changed");
    assert_eq!([refused.at("/quote/cart_version"), refused.at("/quote/total/amount")], ["3", "8700"]);
    archives(&clerk, "TEE").await;
    let refused = anew(&guest).post("/v1/checkout", order(8700)).await.expect_problem(409, "not_sold");
    assert_eq!([refused.at("/skus"), refused.at("/quote/total/amount")], [r#"["TEE"]"#, "3700"]);
    assert_eq!(quote(&guest).await.expect_status(200).at("/warnings/1/code"), "not_sold");
    guest.delete("/v1/cart/items/TEE").await.expect_status(200);
    let key = guest.clone().keyed("third-time-lucky");
    key.post("/v1/checkout", order(1)).await.expect_problem(409, "price_changed");
    key.post("/v1/checkout", order(3700)).await.expect_status(201);
    assert_eq!(balance(&keeper, "MUG").await, [8, 1]);
    // Whoever has nothing, or nothing that is sold, buys nothing.
    let nobody = fills(&shop, "MUG", 1).await;
    nobody.delete("/v1/cart").await.expect_status(200);
    anew(&nobody).post("/v1/checkout", order(1)).await.expect_problem(409, "cart_empty");
    quote(&nobody).await.expect_problem(409, "cart_empty");
    shop.guest()
        .post("/v1/checkout/quote", json!({"shipping_address": home(), "shipping_method": "standard"}))
        .await
        .expect_problem(401, "unauthenticated");
    let late = fills(&shop, "MUG", 1).await;
    archives(&clerk, "MUG").await;
    anew(&late).post("/v1/checkout", order(3700)).await.expect_problem(409, "not_sold");
}

pub async fn what_there_is_not_cannot_be_ordered(shop: Shop) {
    let (_, keeper) = sells(&shop, &[("MUG", 1999, 2), ("TEE", 2500, 9)]).await;
    let (first, placed) = guest_order(&shop, "MUG", 2).await;
    let second = fills(&shop, "MUG", 1).await;
    adds(&second, "TEE", 1).await.expect_status(201);
    let refused = anew(&second).post("/v1/checkout", order(5199)).await.expect_problem(409, "out_of_stock");
    assert_eq!(refused.at("/short"), r#"[{"sku":"MUG","wanted":1,"available":0}]"#);
    assert_eq!(balance(&keeper, "TEE").await, [9, 0], "nothing of it was taken");
    let release = json!({"reservation_id": keeper_sees(&shop, &placed).await});
    anew(&keeper).post("/v1/admin/inventory/MUG/release", release).await.expect_problem(409, "reservation_of_an_order");
    assert_eq!(balance(&keeper, "MUG").await, [0, 2]);
    first.get(&format!("/v1/orders/{}", placed.at("/id"))).await.expect_status(200);
}

/// The reservation behind an order, as only the table knows it.
async fn keeper_sees(shop: &Shop, placed: &Answer) -> String {
    use holdfast_runtime::FromInit;
    let init = shop.operator("orders-cancel");
    let orders = holdfast_orders::Orders::from_init(&init).await.unwrap();
    orders.order(placed.at("/id").parse().unwrap()).await.unwrap().unwrap().reservation_id.to_string()
}

pub async fn a_buyer_who_is_short_takes_back_what_nobody_paid_for(shop: Shop) {
    let (_, mut keeper) = sells(&shop, &[("MUG", 1999, 2)]).await;
    let (first, placed) = guest_order(&shop, "MUG", 2).await;
    let second = fills(&shop, "MUG", 1).await;
    for off in ["ReservationsExpireFunction", "ReservationsSweepFunction", "InventoryProjectorFunction"] {
        shop.world().enable_sources(off, false);
    }
    later(&shop, &mut keeper, 899).await;
    anew(&second).post("/v1/checkout", order(2699)).await.expect_problem(409, "out_of_stock");
    later(&shop, &mut keeper, 1).await;
    assert_eq!(balance(&keeper, "MUG").await, [0, 2], "nobody has looked yet");
    anew(&second).post("/v1/checkout", order(2699)).await.expect_status(201);
    assert_eq!(balance(&keeper, "MUG").await, [1, 1]);
    assert_eq!(first.get(&format!("/v1/orders/{}", placed.at("/id"))).await.at("/status"), "EXPIRED");
}

pub async fn a_message_ends_an_order_on_time(shop: Shop) {
    ends_by(shop, "ReservationsExpireFunction", 0).await;
}

pub async fn the_sweep_ends_an_order(shop: Shop) {
    ends_by(shop, "ReservationsSweepFunction", 60).await;
}

pub async fn a_timer_that_is_gone_ends_an_order(shop: Shop) {
    ends_by(shop, "InventoryProjectorFunction", 60).await;
}

/// Of the three that look at an order by themselves, this one alone is left; so many seconds later it has ended.
async fn ends_by(shop: Shop, trigger: &str, seconds: u64) {
    let (_, mut keeper) = sells(&shop, &[("MUG", 1999, 2)]).await;
    let (guest, placed) = guest_order(&shop, "MUG", 2).await;
    // The message is sent while its time has not come.
    shop.settle().await;
    let triggers = ["ReservationsExpireFunction", "ReservationsSweepFunction", "InventoryProjectorFunction"];
    for off in triggers.iter().filter(|other| **other != trigger) {
        shop.world().enable_sources(off, false);
    }
    let status = || {
        let (guest, path) = (guest.clone(), format!("/v1/orders/{}", placed.at("/id")));
        async move { guest.get(&path).await.expect_status(200).at("/status") }
    };
    later(&shop, &mut keeper, 899).await;
    assert_eq!((status().await.as_str(), balance(&keeper, "MUG").await), ("PENDING", [0, 2]));
    later(&shop, &mut keeper, 1 + seconds).await;
    assert_eq!((status().await.as_str(), balance(&keeper, "MUG").await), ("EXPIRED", [2, 0]));
}

pub async fn nobody_holds_more_than_they_may(shop: Shop) {
    sells(&shop, &[("MUG", 1999, 50)]).await;
    let ada = shop.customer("ada@example.test").await;
    let mut placed = Vec::new();
    for _ in 0..3 {
        adds(&ada, "MUG", 1).await.expect_status(201);
        placed.push(orders(&ada).await);
    }
    adds(&ada, "MUG", 1).await.expect_status(201);
    let refused = anew(&ada).post("/v1/checkout", order(2699)).await.expect_problem(429, "too_many_requests");
    assert!(refused.header("retry-after").unwrap().parse::<u32>().unwrap() > 0);
    // One of them is called off: there is room.
    let path = format!("/v1/orders/{}/cancel", placed[1].at("/id"));
    anew(&ada).post(&path, json!({"reason": "ordered twice"})).await.expect_status(200);
    orders(&ada).await;
}

pub async fn an_address_has_a_limit_of_its_own(_: Shop) {
    let shop = Shop::with_parameters([("CheckoutLimitPerAddress", "2")]);
    sells(&shop, &[("MUG", 1999, 50)]).await;
    let crowd = |nth: u8| [203, 0, 113, nth];
    let buys = |nth: u8| {
        let shop = shop.clone();
        async move {
            let guest = fills(&shop, "MUG", 1).await.at_address(crowd(nth));
            anew(&guest).post("/v1/checkout", order(2699)).await
        }
    };
    let first = fills(&shop, "MUG", 1).await.at_address(crowd(1)).keyed("first");
    first.post("/v1/checkout", order(2699)).await.expect_status(201);
    buys(1).await.expect_status(201);
    let refused = buys(1).await.expect_problem(429, "too_many_requests");
    assert!(refused.header("retry-after").unwrap().parse::<u32>().unwrap() <= 3_600);
    first.post("/v1/checkout", order(2699)).await.expect_status(201);
    buys(2).await.expect_status(201);
    shop.advance(Duration::from_secs(3_600));
    buys(1).await.expect_status(201);
}

pub async fn forty_five_lines_from_two_warehouses_are_one_order(shop: Shop) {
    let wares: Vec<_> = (0..45).map(|nth| format!("A{nth}")).collect();
    let wares: Vec<_> = wares.iter().map(|sku| (sku.as_str(), 100, 1)).collect();
    let (_, keeper) = sells(&shop, &wares).await;
    let geneva = opens(&keeper, "Geneva", 2).await;
    let guest = fills(&shop, "A0", 2).await;
    for (sku, ..) in &wares {
        let more = json!({"sku": sku, "warehouse_id": geneva, "on_hand": 1, "low_stock_threshold": 0});
        anew(&keeper).post("/v1/admin/inventory", more).await.expect_status(201);
    }
    for (sku, ..) in &wares[1..] {
        adds(&guest, sku, 2).await.expect_status(201);
    }
    let placed = orders(&guest).await;
    assert_eq!(placed.json()["lines"].as_array().unwrap().len(), 45);
    for (sku, ..) in &wares {
        assert_eq!(balance(&keeper, sku).await, [0, 2]);
    }
    shop.advance(Duration::from_secs(900));
    shop.settle().await;
    let keeper = shop.log_in(shop.guest(), keeper.email(), keeper.password()).await;
    assert_eq!(balance(&keeper, "A44").await, [2, 0], "and it expires as one");
}

pub async fn staff_set_taxes_and_sending(shop: Shop) {
    let (_, keeper) = sells(&shop, &[("MUG", 1000, 9)]).await;
    let admin = shop.staff(Role::Admin).await;
    let path = |name: &str| format!("/v1/admin/settings/{name}");
    keeper.get(&path("tax-rates")).await.expect_problem(403, "forbidden");
    admin.get(&path("colours")).await.expect_problem(404, "not_found");
    let usual = admin.get(&path("hold-minutes")).await.expect_status(200);
    let minutes = (shop.hold().as_secs() / 60).to_string();
    assert_eq!([usual.at("/version"), usual.at("/value/minutes"), usual.at("/updated_at")], ["0", &minutes, "null"]);
    let rates = json!({"rates": [
        {"country": "IS", "percent": "24", "included": false, "on_shipping": true},
        {"country": "IS", "region": "North", "percent": "11", "included": true, "on_shipping": false},
    ]});
    let set = admin.put(&path("tax-rates"), rates.clone()).await.expect_status(200);
    assert_eq!([set.at("/version"), set.at("/value/rates/1/percent")], ["1", "11"]);
    let stale = admin.clone().with_header("if-match", "\"0\"");
    stale.put(&path("tax-rates"), rates).await.expect_problem(412, "precondition_failed");
    let usd = |amount: i64| usd(amount);
    let methods = json!({"methods": [
        {"id": "sledge", "label": "Sledge", "countries": ["IS"], "rates": [{"up_to_grams": 500, "price": usd(300)}], "free_from": [usd(2000)]},
    ]});
    admin.put(&path("shipping-methods"), methods).await.expect_status(200);
    admin.put(&path("hold-minutes"), json!({"minutes": 16})).await.expect_status(200);
    admin.put(&path("alert-addresses"), json!({"low_stock": ["stock@example.test"]})).await.expect_status(200);
    assert_eq!(admin.get(&path("alert-addresses")).await.at("/value/low_stock/0"), "stock@example.test");
    for (name, wrong, pointer) in [
        ("hold-minutes", json!({"minutes": 0}), "/minutes"),
        ("hold-minutes", json!({"minutes": 61}), "/minutes"),
        ("hold-minutes", json!({"minutes": 1, "seconds": 1}), "/seconds"),
        (
            "tax-rates",
            json!({"rates": [{"country": "is", "percent": "1", "included": true, "on_shipping": true}]}),
            "/rates/0/country",
        ),
        (
            "tax-rates",
            json!({"rates": [{"country": "IS", "percent": "101", "included": true, "on_shipping": true}]}),
            "/rates/0/percent",
        ),
        ("shipping-methods", json!({"methods": [{"id": "A", "label": "A", "rates": []}]}), "/methods/0/id"),
        ("shipping-methods", json!({"methods": [{"id": "a", "label": "A", "rates": []}]}), "/methods/0/rates"),
        ("alert-addresses", json!({"low_stock": ["nobody"]}), "/low_stock/0"),
    ] {
        let refused = admin.put(&path(name), wrong).await.expect_problem(422, "invalid_input");
        assert_eq!(refused.at("/errors/0/pointer"), pointer);
    }
    let list = shop.guest().get("/v1/shipping-methods?country=IS").await.expect_status(200);
    assert_eq!((list.at("/items/0/id").as_str(), list.json()["items"].as_array().unwrap().len()), ("sledge", 1));
    let known = shop.guest().with_header("if-none-match", list.header("etag").unwrap());
    known.get("/v1/shipping-methods?country=IS").await.expect_status(304);
    assert_eq!(shop.guest().get("/v1/shipping-methods?country=FR").await.expect_status(200).at("/items"), "[]");
    shop.guest().get("/v1/shipping-methods?country=Iceland").await.expect_problem(422, "invalid_input");

    let guest = fills(&shop, "MUG", 1).await;
    let quoted = |method: &'static str, region: Option<&'static str>| {
        let (guest, mut address) = (guest.clone(), home());
        if let Some(region) = region {
            address["region"] = region.into();
        }
        let body = json!({"shipping_address": address, "shipping_method": method});
        async move { guest.post("/v1/checkout/quote", body).await }
    };
    quoted("standard", None).await.expect_problem(422, "invalid_input");
    let sums = |quote: Answer| {
        let quote = quote.expect_status(200);
        ["/subtotal/amount", "/shipping/amount", "/tax/amount", "/total/amount"]
            .map(|sum| quote.at(sum).parse::<i64>().unwrap())
    };
    assert_eq!(sums(quoted("sledge", None).await), [1000, 300, 312, 1612]);
    assert_eq!(sums(quoted("sledge", Some("north")).await), [1000, 300, 99, 1300]);
    adds(&guest, "MUG", 1).await.expect_status(201);
    assert_eq!(sums(quoted("sledge", None).await), [2000, 0, 480, 2480]);
    let placed = anew(&guest).post("/v1/checkout", json!({"expected_total": usd(2480), "email": "g@example.test", "shipping_address": home(), "shipping_method": "sledge"})).await.expect_status(201);
    let held = |answer: &Answer, name: &str| answer.at(name).parse::<holdfast_core::Timestamp>().unwrap();
    let minutes = held(&placed, "/reservation_expires_at").duration_since(held(&placed, "/created_at")).as_mins();
    assert_eq!(minutes, 16);
}
