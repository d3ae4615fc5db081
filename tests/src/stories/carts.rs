//! What somebody means to buy.

use std::time::Duration;

use holdfast_auth::Role;
use holdfast_testing::{Actor, Answer, Shop};
use serde_json::json;

use super::products::{makes, simple, usd};
use super::stock::{anew, keeps, opens};

/// Products of one variant each, so many of each in Basel, and whoever keeps the catalog and the stock.
pub async fn sells(shop: &Shop, wares: &[(&str, i64, u32)]) -> (Actor, Actor) {
    let (clerk, keeper) = (shop.staff(Role::Catalog).await, shop.staff(Role::Warehouse).await);
    let basel = opens(&keeper, "Basel", 1).await;
    for (sku, price, count) in wares {
        makes(&clerk, simple(sku, *price)).await;
        keeps(&keeper, sku, &basel, *count, 0).await;
    }
    (clerk, keeper)
}

/// Takes a product off the shop's shelves.
pub(super) async fn archives(clerk: &Actor, sku: &str) {
    let page = clerk.get(&format!("/v1/products/the-{}", sku.to_lowercase())).await.expect_status(200);
    clerk.delete(&format!("/v1/admin/products/{}", page.at("/id"))).await.expect_status(204);
}

/// Puts something into the caller's cart.
pub(super) async fn adds(actor: &Actor, sku: &str, quantity: u32) -> Answer {
    actor.post("/v1/cart/items", json!({"sku": sku, "quantity": quantity})).await
}

/// A guest with so many of an article in the cart.
pub async fn fills(shop: &Shop, sku: &str, quantity: u32) -> Actor {
    let guest = shop.guest();
    let cart = adds(&guest, sku, quantity).await.expect_status(201);
    guest.with_header("x-cart-token", &cart.at("/cart_token"))
}

/// What is in the caller's cart: articles, and how many of each.
async fn content(actor: &Actor) -> Vec<(String, u64)> {
    let cart = actor.get("/v1/cart").await.expect_status(200).json();
    let line =
        |line: &serde_json::Value| (line["sku"].as_str().unwrap().to_owned(), line["quantity"].as_u64().unwrap());
    cart["lines"].as_array().unwrap().iter().map(line).collect()
}

fn of(wanted: &[(&str, u64)]) -> Vec<(String, u64)> {
    wanted.iter().map(|(sku, count)| ((*sku).to_owned(), *count)).collect()
}

pub async fn a_guest_fills_a_cart(shop: Shop) {
    sells(&shop, &[("MUG", 1999, 10), ("TEE", 2500, 10)]).await;
    let stranger = shop.guest();
    stranger.get("/v1/cart").await.expect_problem(401, "unauthenticated");
    let guest = fills(&shop, "MUG", 1).await;
    let again = adds(&guest, "MUG", 1).await.expect_status(201);
    assert!(again.json().get("cart_token").is_none(), "it is said once");
    adds(&guest, "TEE", 1).await.expect_status(201);
    let cart = guest.get("/v1/cart").await.expect_status(200);
    assert_eq!([cart.at("/lines/0/unit_price/amount"), cart.at("/lines/0/title")], ["1999", "The MUG"]);
    assert_eq!([cart.at("/totals/subtotal/amount"), cart.at("/totals/quantity")], ["6498", "3"]);
    assert_eq!(cart.at("/warnings"), "[]");
    guest.patch("/v1/cart/items/MUG", json!({"quantity": 5})).await.expect_status(200);
    guest.patch("/v1/cart/items/CUP", json!({"quantity": 5})).await.expect_problem(404, "not_found");
    assert_eq!(content(&guest).await, of(&[("MUG", 5), ("TEE", 1)]));
    guest.delete("/v1/cart/items/TEE").await.expect_status(200);
    guest.delete("/v1/cart/items/TEE").await.expect_problem(404, "not_found");
    assert_eq!(content(&guest).await, of(&[("MUG", 5)]));
    guest.delete("/v1/cart").await.expect_status(200);
    guest.delete("/v1/cart").await.expect_status(200);
    assert_eq!(content(&guest).await, of(&[]));
    adds(&guest, "CUP", 1).await.expect_problem(422, "invalid_input");
    for path in ["/v1/cart", "/v1/cart/items/MUG"] {
        stranger.delete(path).await.expect_problem(401, "unauthenticated");
    }
    let forger = stranger.with_header("x-cart-token", "cart_AAAA");
    forger.get("/v1/cart").await.expect_problem(422, "invalid_input");
}

pub async fn a_cart_says_what_has_changed(shop: Shop) {
    let (clerk, keeper) =
        sells(&shop, &[("UP", 1000, 9), ("DOWN", 1000, 9), ("GONE", 1000, 9), ("SHORT", 1000, 9)]).await;
    let guest = fills(&shop, "UP", 1).await;
    for (sku, count) in [("DOWN", 1), ("GONE", 1), ("SHORT", 3)] {
        adds(&guest, sku, count).await.expect_status(201);
    }
    clerk.patch("/v1/admin/variants/UP", json!({"price": usd(1200)})).await.expect_status(200);
    clerk.patch("/v1/admin/variants/DOWN", json!({"price": usd(800)})).await.expect_status(200);
    archives(&clerk, "GONE").await;
    let basel = keeper.get("/v1/admin/inventory/SHORT").await.at("/warehouses/0/warehouse_id");
    let fewer = json!({"warehouse_id": basel, "delta": -7, "reason": "broken"});
    anew(&keeper).post("/v1/admin/inventory/SHORT/adjust", fewer).await.expect_status(201);

    let cart = guest.get("/v1/cart").await.expect_status(200);
    let line = |nth: usize| {
        let cart = cart.json();
        let field = |name: &str| cart.pointer(&format!("/lines/{nth}/{name}")).cloned().unwrap_or_default();
        [field("unit_price/amount"), field("current_unit_price/amount"), field("changed"), field("available")]
    };
    assert_eq!(line(0), [json!(1000), json!(1200), json!("price_up"), json!(null)]);
    assert_eq!(line(1), [json!(1000), json!(800), json!("price_down"), json!(null)]);
    assert_eq!(line(2), [json!(1000), json!(null), json!("gone"), json!(null)]);
    assert_eq!(line(3), [json!(1000), json!(1000), json!(null), json!(2)]);
    assert_eq!(cart.at("/totals/subtotal/amount"), "5000", "at today's prices, without what is gone");
    let codes: Vec<_> = (0..4).map(|nth| cart.at(&format!("/warnings/{nth}/code"))).collect();
    assert_eq!(codes, ["price_up", "price_down", "gone", "short"]);
}

pub async fn a_guests_cart_is_taken_along(shop: Shop) {
    sells(&shop, &[("MUG", 1999, 10), ("TEE", 2500, 10)]).await;
    let ada = shop.customer("ada@example.test").await;
    adds(&ada, "MUG", 2).await.expect_status(201);
    let guest = fills(&shop, "MUG", 3).await;
    adds(&guest, "TEE", 1).await.expect_status(201);
    let token = {
        let other = shop.guest();
        let cart = adds(&other, "TEE", 7).await.expect_status(201);
        cart.at("/cart_token")
    };
    // By logging in, twice at once.
    let body = json!({"email": ada.email(), "password": ada.password(), "cart_token": token});
    let (phone, laptop) = (shop.guest(), shop.guest());
    let (one, other) = tokio::join!(phone.post("/v1/auth/login", body.clone()), laptop.post("/v1/auth/login", body));
    one.expect_status(200);
    other.expect_status(200);
    assert_eq!(content(&ada).await, of(&[("MUG", 2), ("TEE", 7)]));
    let nonsense = json!({"email": ada.email(), "password": ada.password(), "cart_token": "cart_1"});
    shop.guest().post("/v1/auth/login", nonsense).await.expect_problem(422, "invalid_input");
    // By the route, once more and again.
    let merges = |token: &str| {
        let (ada, body) = (ada.clone(), json!({"cart_token": token}));
        async move { ada.post("/v1/cart/merge", body).await }
    };
    merges(&token).await.expect_status(200);
    assert_eq!(content(&ada).await, of(&[("MUG", 2), ("TEE", 7)]), "it was merged before");
    let third = shop.guest();
    let own = adds(&third, "MUG", 998).await.expect_status(201).at("/cart_token");
    let merged = merges(&own).await.expect_status(200);
    assert_eq!(merged.at("/capped"), r#"[{"sku":"MUG","wanted":1000,"kept":999}]"#);
    assert_eq!(merges(&own).await.expect_status(200).at("/capped"), "[]");
    assert_eq!(content(&ada).await, of(&[("MUG", 999), ("TEE", 7)]));
    merges("cart_1").await.expect_problem(422, "invalid_input");
    let more = shop.guest();
    let token = adds(&more, "MUG", 2).await.expect_status(201).at("/cart_token");
    let body = json!({"email": ada.email(), "password": ada.password(), "cart_token": token});
    let told = more.post("/v1/auth/login", body).await.expect_status(200);
    assert_eq!(told.at("/capped"), r#"[{"sku":"MUG","wanted":1001,"kept":999}]"#);
    // The token opens nothing any more: whoever shops on with it begins anew.
    let again = adds(&third.with_header("x-cart-token", &own), "TEE", 1).await.expect_status(201);
    assert_ne!(again.at("/cart_token"), own);
    // Whoever has no cart yet gets one.
    let bob = shop.customer("bob@example.test").await;
    let last = guest.get("/v1/cart").await.expect_status(200);
    assert_eq!(last.at("/totals/quantity"), "4", "another guest's cart is as it was");
    let fresh = shop.guest();
    let token = adds(&fresh, "MUG", 1).await.expect_status(201).at("/cart_token");
    bob.post("/v1/cart/merge", json!({"cart_token": token})).await.expect_status(200);
    assert_eq!(content(&bob).await, of(&[("MUG", 1)]));
}

pub async fn two_tabs_lose_nothing_of_a_cart(shop: Shop) {
    sells(&shop, &[("MUG", 1999, 10), ("TEE", 2500, 10)]).await;
    let guest = fills(&shop, "MUG", 1).await;
    let tabs = (0..12).map(|tab| {
        let (guest, sku) = (guest.clone(), if tab % 2 == 0 { "MUG" } else { "TEE" });
        tokio::spawn(async move { adds(&guest, sku, 1).await.expect_status(201) })
    });
    for tab in tabs.collect::<Vec<_>>() {
        tab.await.unwrap();
    }
    let mut cart = content(&guest).await;
    cart.sort();
    assert_eq!(cart, of(&[("MUG", 7), ("TEE", 6)]));
}

pub async fn what_is_added_under_a_key_is_added_once(shop: Shop) {
    sells(&shop, &[("MUG", 1999, 10), ("TEE", 2500, 10)]).await;
    let guest = fills(&shop, "MUG", 1).await;
    let keyed = guest.clone().keyed("tap");
    adds(&keyed, "TEE", 2).await.expect_status(201);
    adds(&keyed, "TEE", 2).await.expect_status(201);
    assert_eq!(content(&guest).await, of(&[("MUG", 1), ("TEE", 2)]));
    adds(&keyed, "TEE", 3).await.expect_problem(422, "idempotency_key_reused");
    adds(&guest, "TEE", 2).await.expect_status(201);
    assert_eq!(content(&guest).await, of(&[("MUG", 1), ("TEE", 4)]));
}

pub async fn a_cart_ends_thirty_days_after_its_last_change(shop: Shop) {
    sells(&shop, &[("MUG", 1999, 10)]).await;
    let guest = fills(&shop, "MUG", 1).await;
    shop.advance(Duration::from_secs(30 * 86_400 - 1));
    assert_eq!(content(&guest).await, of(&[("MUG", 1)]));
    adds(&guest, "MUG", 1).await.expect_status(201);
    shop.advance(Duration::from_secs(30 * 86_400 - 1));
    assert_eq!(content(&guest).await, of(&[("MUG", 2)]));
    shop.advance(Duration::from_secs(1));
    assert_eq!(content(&guest).await, of(&[]), "to the second");
    let again = adds(&guest, "MUG", 1).await.expect_status(201);
    assert!(again.at("/cart_token").starts_with("cart_"), "it begins anew");
}

pub async fn a_cart_has_its_limits(shop: Shop) {
    let wares: Vec<_> = (0..46).map(|nth| format!("A{nth}")).collect();
    let wares: Vec<_> = wares.iter().map(|sku| (sku.as_str(), 100, 1)).collect();
    let (clerk, _) = sells(&shop, &wares).await;
    let guest = fills(&shop, "A0", 999).await;
    let over = adds(&guest, "A0", 1).await.expect_problem(422, "invalid_input");
    assert!(over.text().contains("999"), "{over:?}");
    guest.patch("/v1/cart/items/A0", json!({"quantity": 1000})).await.expect_problem(422, "invalid_input");
    for (sku, ..) in &wares[1..45] {
        adds(&guest, sku, 1).await.expect_status(201);
    }
    let full = adds(&guest, "A45", 1).await.expect_problem(422, "cart_full");
    assert!(full.text().contains("45"), "{full:?}");
    let euro = json!({"title": "Euro", "variants": [{"sku": "EURO", "price": {"amount": 1, "currency": "EUR"}}]});
    makes(&clerk, euro).await;
    guest.delete("/v1/cart/items/A1").await.expect_status(200);
    adds(&guest, "EURO", 1).await.expect_problem(422, "invalid_input");
    adds(&guest, "A45", 1).await.expect_status(201);
}
