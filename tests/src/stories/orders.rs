//! What becomes of orders.

use std::time::Duration;

use holdfast_auth::Role;
use holdfast_core::{Causation, Money};
use holdfast_dynamo::Store;
use holdfast_http::Signatures;
use holdfast_inventory::holds::Holds;
use holdfast_local::Bytes;
use holdfast_orders::{Orders, Payment};
use holdfast_runtime::FromInit;
use holdfast_testing::{Actor, Answer, Shop};
use serde_json::{Value, json};

use super::carts::{adds, fills, sells};
#[doc(inline)]
pub use super::checkout::guest_order;
use super::checkout::orders;
use super::stock::{anew, balance, movements};

/// Pays for an order, as payments do: the pieces of both contexts in one transaction.
pub async fn pays(shop: &Shop, placed: &Answer) {
    let init = shop.operator("orders-cancel");
    let (book, holds) = (Orders::from_init(&init).await.unwrap(), Holds::from_init(&init).await.unwrap());
    let table = Store::new(&init).table(&init, "ORDERS_TABLE").unwrap();
    let order = book.order(placed.at("/id").parse().unwrap()).await.unwrap().unwrap();
    let reservation = holds.reservation(order.reservation_id).await.unwrap().unwrap();
    let payment = Payment { amount: Money::new(order.charges.total, order.charges.currency), retaken: None };
    let cause = Causation::default();
    let paid = table.transaction().and(book.pay(&order, &payment, &cause)).and_all(holds.commit(&reservation, &cause));
    paid.commit().await.unwrap();
}

pub(super) async fn sets(staff: &Actor, id: &str, status: &str) -> Answer {
    let body = json!({"status": status, "reason": "as it should be"});
    anew(staff).post(&format!("/v1/admin/orders/{id}/status"), body).await
}

/// A guest's order that was paid, and then set to these by staff, one after the other.
pub async fn reaches(shop: &Shop, staff: &Actor, sku: &str, statuses: &[&str]) -> Answer {
    let (_, placed) = guest_order(shop, sku, 1).await;
    pays(shop, &placed).await;
    for status in statuses {
        sets(staff, &placed.at("/id"), status).await.expect_status(200);
    }
    placed
}

/// An order that was paid, packed, sent and delivered: its guest, support, and the order.
pub(super) async fn delivered(shop: &Shop, quantity: u32) -> (Actor, Actor, Answer) {
    let (guest, placed) = guest_order(shop, "MUG", quantity).await;
    pays(shop, &placed).await;
    let support = shop.staff(Role::Support).await;
    for status in ["PROCESSING", "SHIPPED", "DELIVERED"] {
        sets(&support, &placed.at("/id"), status).await.expect_status(200);
    }
    (guest, support, placed)
}

pub async fn an_order_is_its_owners(shop: Shop) {
    sells(&shop, &[("MUG", 1999, 10)]).await;
    let (guest, placed) = guest_order(&shop, "MUG", 1).await;
    let path = format!("/v1/orders/{}", placed.at("/id"));
    guest.get(&path).await.expect_status(200);
    shop.guest().get(&path).await.expect_problem(401, "unauthenticated");
    let other =
        shop.guest().with_header("x-order-token", &fills(&shop, "MUG", 1).await.get("/v1/cart").await.at("/id"));
    other.get(&path).await.expect_problem(404, "not_found");
    let ada = shop.customer("ada@example.test").await;
    ada.get(&path).await.expect_problem(404, "not_found");
    for (method, tail, body) in [
        ("POST", "/cancel", json!({})),
        ("POST", "/returns", json!({"lines": [], "reason": "x"})),
        ("GET", "/receipt", Value::Null),
    ] {
        let (path, body) = (format!("{path}{tail}"), Some(body).filter(|body| !body.is_null()));
        anew(&ada).ask(method.parse().unwrap(), &path, body.clone()).await.expect_problem(404, "not_found");
        anew(&shop.guest()).ask(method.parse().unwrap(), &path, body).await.expect_problem(401, "unauthenticated");
    }
    guest.get("/v1/orders/ord_00000000000000000000000000").await.expect_problem(404, "not_found");
    guest.get("/v1/orders/1").await.expect_problem(404, "not_found");
    assert_eq!(ada.get("/v1/orders").await.expect_status(200).at("/items"), "[]");
    ada.get("/v1/orders?cursor=x").await.expect_problem(422, "invalid_input");
    shop.guest().get("/v1/orders").await.expect_problem(401, "unauthenticated");
}

pub async fn an_order_is_called_off_once(shop: Shop) {
    let (_, keeper) = sells(&shop, &[("MUG", 1999, 10)]).await;
    let (guest, placed) = guest_order(&shop, "MUG", 3).await;
    let path = format!("/v1/orders/{}/cancel", placed.at("/id"));
    let keyed = guest.clone().keyed("changed-my-mind");
    keyed.post(&path, json!({"reason": "\n"})).await.expect_problem(422, "invalid_input");
    let cancelled = keyed.post(&path, json!({"reason": "too many mugs"})).await.expect_status(200);
    assert_eq!(cancelled.at("/status"), "CANCELLED");
    assert_eq!(balance(&keeper, "MUG").await, [10, 0]);
    assert_eq!(
        keyed.post(&path, json!({"reason": "too many mugs"})).await.expect_status(200).at("/status"),
        "CANCELLED"
    );
    keyed.post(&path, json!({})).await.expect_problem(422, "idempotency_key_reused");
    let refused = anew(&guest).post(&path, json!({})).await.expect_problem(409, "invalid_transition");
    assert_eq!(refused.at("/allowed"), "[]");
    // One that was paid gives back what was sold.
    let (guest, paid) = guest_order(&shop, "MUG", 4).await;
    pays(&shop, &paid).await;
    assert_eq!(balance(&keeper, "MUG").await, [6, 0]);
    let path = format!("/v1/orders/{}/cancel", paid.at("/id"));
    anew(&guest).post(&path, json!({})).await.expect_status(200);
    assert_eq!(balance(&keeper, "MUG").await, [10, 0]);
    shop.settle().await;
    let kinds: Vec<_> = movements(&keeper, "MUG").await.into_iter().map(|(kind, by, _)| (kind, by)).collect();
    let told = [("CREATED", 10), ("HELD", 3), ("RELEASED", 3), ("HELD", 4), ("COMMITTED", -4), ("RETURNED", 4)];
    assert_eq!(kinds, told.map(|(kind, by)| (kind.to_owned(), by)));
    // Nothing of it ends a second time.
    shop.advance(Duration::from_secs(3_600));
    shop.settle().await;
    let keeper = shop.log_in(shop.guest(), keeper.email(), keeper.password()).await;
    assert_eq!(balance(&keeper, "MUG").await, [10, 0]);
}

pub async fn staff_move_an_order_on(shop: Shop) {
    let (_, keeper) = sells(&shop, &[("MUG", 1999, 10)]).await;
    let (guest, placed) = guest_order(&shop, "MUG", 1).await;
    let (id, support) = (placed.at("/id"), shop.staff(Role::Support).await);
    let refused = sets(&support, &id, "SHIPPED").await.expect_problem(409, "invalid_transition");
    assert_eq!(refused.at("/allowed"), r#"["CANCELLED"]"#);
    sets(&support, &id, "PAID").await.expect_problem(409, "invalid_transition");
    pays(&shop, &placed).await;
    let key = keeper.clone().keyed("packing");
    let path = format!("/v1/admin/orders/{id}/status");
    let packing = json!({"status": "PROCESSING", "reason": "on the table"});
    key.post(&path, packing.clone()).await.expect_status(200);
    assert_eq!(key.post(&path, packing).await.expect_status(200).at("/status"), "PROCESSING");
    key.post(&path, json!({"status": "PROCESSING", "reason": "under it"}))
        .await
        .expect_problem(422, "idempotency_key_reused");
    sets(&keeper, &id, "CANCELLED").await.expect_problem(403, "forbidden");
    let tracking = json!({"carrier": "Post", "number": "99.60"});
    let early = json!({"status": "DELIVERED", "reason": "x", "tracking": tracking});
    anew(&support).post(&path, early).await.expect_problem(422, "invalid_input");
    let bad = json!({"status": "SHIPPED", "reason": "x", "tracking": {"carrier": "", "number": "1"}});
    let refused = anew(&keeper).post(&path, bad).await.expect_problem(422, "invalid_input");
    assert_eq!(refused.at("/errors/0/pointer"), "/tracking/carrier");
    let shipped = json!({"status": "SHIPPED", "reason": "handed over", "tracking": tracking});
    anew(&keeper).post(&path, shipped).await.expect_status(200);
    anew(&guest).post(&format!("/v1/orders/{id}/cancel"), json!({})).await.expect_problem(409, "invalid_transition");
    let own = guest.get(&format!("/v1/orders/{id}")).await.expect_status(200);
    assert_eq!(
        [own.at("/status"), own.at("/shipment/state"), own.at("/shipment/tracking/number")],
        ["SHIPPED", "HANDED_OVER", "99.60"]
    );
    sets(&support, &id, "DELIVERED").await.expect_status(200);
    let (_, unpaid) = guest_order(&shop, "MUG", 2).await;
    sets(&support, &unpaid.at("/id"), "CANCELLED").await.expect_status(200);
    assert_eq!(balance(&keeper, "MUG").await, [9, 0], "what was held for it is free");
    sets(&support, "ord_00000000000000000000000000", "SHIPPED").await.expect_problem(404, "not_found");
    shop.settle().await;

    // Each role sees what its work needs.
    let admin = format!("/v1/admin/orders/{id}");
    let whole = support.get(&admin).await.expect_status(200);
    assert_eq!(
        [whole.at("/email"), whole.at("/steps/2/why"), whole.at("/steps/2/actor")],
        ["guest@example.test", "on the table", keeper.user_id().as_str()]
    );
    let parcel = keeper.get(&admin).await.expect_status(200).json();
    assert_eq!(parcel["shipping_address"]["city"], "Reykjavik");
    for hidden in ["email", "total", "payment_status", "customer_id", "history"] {
        assert!(parcel.get(hidden).is_none(), "{hidden}");
    }
    let figures = shop.staff(Role::Analyst).await.get(&admin).await.expect_status(200);
    assert_eq!([figures.at("/country"), figures.at("/total/amount")], ["IS", "2699"]);
    assert!(
        !figures.text().contains("Ada")
            && !figures.text().contains("example.test")
            && !figures.text().contains("Reykjavik")
    );
    support.get("/v1/admin/orders/ord_00000000000000000000000000").await.expect_problem(404, "not_found");
}

pub async fn orders_list_by_status_customer_and_time(shop: Shop) {
    sells(&shop, &[("MUG", 1999, 50)]).await;
    let ada = shop.customer("ada@example.test").await;
    let mut all: Vec<(String, &str)> = Vec::new();
    let mut moments = Vec::new();
    for nth in 0..9 {
        shop.advance(Duration::from_secs(1));
        moments.push(shop.now());
        let placed = if nth % 3 == 0 {
            adds(&ada, "MUG", 1).await.expect_status(201);
            orders(&ada).await
        } else {
            guest_order(&shop, "MUG", 1).await.1
        };
        if nth % 2 == 0 {
            pays(&shop, &placed).await;
        }
        all.push((placed.at("/id"), if nth % 2 == 0 { "PAID" } else { "PENDING" }));
    }
    all.reverse();
    let support = shop.staff(Role::Support).await;
    let list = |query: String| {
        let support = support.clone();
        async move {
            let (mut ids, mut cursor) = (Vec::new(), String::new());
            loop {
                let page =
                    support.get(&format!("/v1/admin/orders?limit=2&{query}{cursor}")).await.expect_status(200).json();
                let items = page["items"].as_array().unwrap();
                assert!(items.len() <= 2);
                ids.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
                match page["next_cursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => return ids,
                }
            }
        }
    };
    let whose = |nth: usize| (8 - nth).is_multiple_of(3);
    let wanted = |keep: &dyn Fn(usize, &str) -> bool| -> Vec<String> {
        all.iter().enumerate().filter(|(nth, (_, status))| keep(*nth, status)).map(|(_, (id, _))| id.clone()).collect()
    };
    assert_eq!(list(String::new()).await, wanted(&|_, _| true));
    assert_eq!(list("status=PAID".to_owned()).await, wanted(&|_, status| status == "PAID"));
    assert_eq!(list("status=EXPIRED".to_owned()).await, wanted(&|_, _| false));
    let user = format!("user_id={}", ada.user_id());
    assert_eq!(list(user.clone()).await, wanted(&|nth, _| whose(nth)));
    assert_eq!(list(format!("{user}&status=PENDING")).await, wanted(&|nth, status| whose(nth) && status == "PENDING"));
    let range = format!("from={}&to={}", moments[2], moments[6]);
    let within = |nth: usize| (2..6).contains(&(8 - nth));
    assert_eq!(list(range.clone()).await, wanted(&|nth, _| within(nth)));
    assert_eq!(
        list(format!("{range}&status=PAID&{user}")).await,
        wanted(&|nth, status| within(nth) && whose(nth) && status == "PAID")
    );
    for wrong in ["status=LOST", "user_id=1", "from=yesterday", "limit=0", "cursor=x", "colour=red"] {
        support.get(&format!("/v1/admin/orders?{wrong}")).await.expect_problem(422, "invalid_input");
    }
    let first = support.get("/v1/admin/orders?limit=1").await.expect_status(200).at("/next_cursor");
    support
        .get(&format!("/v1/admin/orders?limit=1&status=PAID&cursor={first}"))
        .await
        .expect_problem(422, "invalid_input");
    let masked = shop.staff(Role::Analyst).await.get("/v1/admin/orders").await.expect_status(200);
    assert!(!masked.text().contains(&ada.user_id()));
    let own = ada.get("/v1/orders?limit=100").await.expect_status(200).json();
    assert_eq!(own["items"].as_array().unwrap().len(), 3);
}

pub async fn whoever_is_erased_is_in_none_of_their_orders(shop: Shop) {
    sells(&shop, &[("MUG", 1999, 10)]).await;
    let (ada, support) = (shop.customer("ada@example.test").await, shop.staff(Role::Support).await);
    let mut placed = Vec::new();
    for _ in 0..3 {
        adds(&ada, "MUG", 1).await.expect_status(201);
        placed.push(orders(&ada).await);
    }
    let [sent, paid, unpaid] = &placed[..] else { panic!("three orders") };
    pays(&shop, sent).await;
    pays(&shop, paid).await;
    for status in ["PROCESSING", "SHIPPED", "DELIVERED"] {
        sets(&support, &sent.at("/id"), status).await.expect_status(200);
    }
    let knows = |order: &Answer| {
        let (support, path) = (support.clone(), format!("/v1/admin/orders/{}", order.at("/id")));
        async move { support.get(&path).await.expect_status(200).text().contains("Reykjavik") }
    };
    shop.settle().await;
    assert_eq!([knows(sent).await, knows(paid).await, knows(unpaid).await], [true; 3]);
    let goodbye = json!({"password": ada.password()});
    ada.ask(http::Method::DELETE, "/v1/me", Some(goodbye)).await.expect_status(204);
    shop.settle().await;
    let known = [knows(sent).await, knows(paid).await, knows(unpaid).await];
    assert_eq!(known, [false, true, true], "a parcel that is to be sent needs its address");
    for status in ["PROCESSING", "SHIPPED", "DELIVERED"] {
        sets(&support, &paid.at("/id"), status).await.expect_status(200);
    }
    sets(&support, &unpaid.at("/id"), "CANCELLED").await.expect_status(200);
    shop.settle().await;
    assert_eq!([knows(sent).await, knows(paid).await, knows(unpaid).await], [false; 3]);
    let whole = support.get(&format!("/v1/admin/orders/{}", paid.at("/id"))).await.expect_status(200);
    assert_eq!([whole.at("/status"), whole.at("/total/amount")], ["DELIVERED", "2699"], "the order itself stays");
    // Whoever is still there is forgotten by nobody.
    let (_, other) = guest_order(&shop, "MUG", 1).await;
    sets(&support, &other.at("/id"), "CANCELLED").await.expect_status(200);
    let bob = shop.customer("bob@example.test").await;
    adds(&bob, "MUG", 1).await.expect_status(201);
    let own = orders(&bob).await;
    sets(&support, &own.at("/id"), "CANCELLED").await.expect_status(200);
    shop.settle().await;
    assert_eq!([knows(&other).await, knows(&own).await], [true; 2]);
}

pub async fn something_comes_back(shop: Shop) {
    let (_, keeper) = sells(&shop, &[("MUG", 1999, 10)]).await;
    let (guest, support, placed) = delivered(&shop, 4).await;
    let id = placed.at("/id");
    let asks = |body: Value| {
        let (guest, path) = (anew(&guest), format!("/v1/orders/{id}/returns"));
        async move { guest.post(&path, body).await }
    };
    for (body, pointer) in [
        (json!({"lines": [], "reason": "x"}), "/lines"),
        (json!({"lines": [{"sku": "MUG", "quantity": 5}], "reason": "x"}), "/lines/0/quantity"),
        (json!({"lines": [{"sku": "CUP", "quantity": 1}], "reason": "x"}), "/lines/0/sku"),
        (
            json!({"lines": [{"sku": "MUG", "quantity": 1}, {"sku": "MUG", "quantity": 1}], "reason": "x"}),
            "/lines/1/sku",
        ),
        (json!({"lines": [{"sku": "MUG", "quantity": 1}], "reason": " "}), "/reason"),
    ] {
        assert_eq!(asks(body).await.expect_problem(422, "invalid_input").at("/errors/0/pointer"), pointer);
    }
    let three = json!({"lines": [{"sku": "MUG", "quantity": 3}], "reason": "chipped"});
    let keyed = guest.clone().keyed("back");
    let path = format!("/v1/orders/{id}/returns");
    let asked = keyed.post(&path, three.clone()).await.expect_status(201);
    assert_eq!([asked.at("/status"), asked.at("/refund/amount")], ["REQUESTED", "5997"]);
    assert_eq!(keyed.post(&path, three.clone()).await.expect_status(201).json(), asked.json());
    keyed
        .post(&path, json!({"lines": [{"sku": "MUG", "quantity": 1}], "reason": "x"}))
        .await
        .expect_problem(422, "idempotency_key_reused");
    asks(three.clone()).await.expect_problem(409, "invalid_transition");
    let list = support.get("/v1/admin/returns?status=REQUESTED").await.expect_status(200);
    assert_eq!((list.at("/items/0/id"), list.json()["items"].as_array().unwrap().len()), (asked.at("/id"), 1));
    let decides = |back: &Answer, body: Value| {
        let (support, path) = (anew(&support), format!("/v1/admin/orders/{id}/returns/{}", back.at("/id")));
        async move { support.post(&path, body).await }
    };
    let refused = decides(&asked, json!({"decision": "receive"})).await.expect_problem(409, "invalid_decision");
    assert_eq!(refused.at("/allowed"), r#"["approve","reject"]"#);
    decides(&asked, json!({"decision": "approve", "restock": true})).await.expect_problem(422, "invalid_input");
    anew(&keeper)
        .post(&format!("{}/{}", path.replace("/v1/", "/v1/admin/"), asked.at("/id")), json!({"decision": "approve"}))
        .await
        .expect_problem(403, "forbidden");
    decides(&asked, json!({"decision": "reject"})).await.expect_status(200);
    assert_eq!(guest.get(&format!("/v1/orders/{id}")).await.at("/status"), "DELIVERED");
    // Asked for anew, approved, and come: two of the three are whole.
    shop.advance(Duration::from_secs(1));
    let again = asks(three).await.expect_status(201);
    decides(&again, json!({"decision": "approve"})).await.expect_status(200);
    assert_eq!(support.get(&format!("/v1/admin/orders/{id}")).await.at("/returns/1/status"), "APPROVED");
    decides(&again, json!({"decision": "receive", "restock": ["CUP"]})).await.expect_problem(422, "invalid_input");
    let before = balance(&keeper, "MUG").await;
    let key = support.clone().keyed("it-has-come");
    let route = format!("/v1/admin/orders/{id}/returns/{}", again.at("/id"));
    for _ in 0..2 {
        let received = key.post(&route, json!({"decision": "receive", "restock": true})).await.expect_status(200);
        assert_eq!(received.at("/status"), "RECEIVED");
    }
    assert_eq!(balance(&keeper, "MUG").await, [before[0] + 3, 0]);
    assert_eq!(guest.get(&format!("/v1/orders/{id}")).await.at("/status"), "RETURNED");
    let none = format!("/v1/admin/orders/{id}/returns/ret_00000000000000000000000000");
    anew(&support).post(&none, json!({"decision": "approve"})).await.expect_problem(404, "not_found");
    assert_eq!(support.get("/v1/admin/returns").await.expect_status(200).json()["items"].as_array().unwrap().len(), 2);
    support.get("/v1/admin/returns?status=LOST").await.expect_problem(422, "invalid_input");
    shop.settle().await;
}

pub async fn the_tenth_return_is_the_last(shop: Shop) {
    sells(&shop, &[("MUG", 1999, 10)]).await;
    let (guest, support, placed) = delivered(&shop, 1).await;
    let path = format!("/v1/orders/{}/returns", placed.at("/id"));
    let body = json!({"lines": [{"sku": "MUG", "quantity": 1}], "reason": "chipped"});
    for _ in 0..10 {
        let back = anew(&guest).post(&path, body.clone()).await.expect_status(201);
        let route = format!("/v1/admin/orders/{}/returns/{}", placed.at("/id"), back.at("/id"));
        anew(&support).post(&route, json!({"decision": "reject"})).await.expect_status(200);
    }
    anew(&guest).post(&path, body).await.expect_problem(409, "too_many_returns");
}

pub async fn the_carrier_is_heard_once(shop: Shop) {
    sells(&shop, &[("MUG", 1999, 10)]).await;
    let (guest, placed) = guest_order(&shop, "MUG", 1).await;
    pays(&shop, &placed).await;
    let support = shop.staff(Role::Support).await;
    let (id, secret) = (placed.at("/id"), shop.secret("shipping-webhook", "CARRIER_SECRET_PARAMETER").await);
    let tells = |event: &str, kind: &str, order: &str| {
        let body = json!({"id": event, "type": kind, "order_id": order}).to_string();
        let header = Signatures::of(&secret).header(body.as_bytes(), shop.now());
        told(shop.guest(), body, header)
    };
    // Before it is on its way, it does not arrive.
    tells("e0", "shipment.delivered", &id).await.expect_status(204);
    for status in ["PROCESSING", "SHIPPED"] {
        sets(&support, &id, status).await.expect_status(200);
    }
    let state = || {
        let (guest, path) = (guest.clone(), format!("/v1/orders/{id}"));
        async move {
            let order = guest.get(&path).await.expect_status(200);
            [order.at("/status"), order.at("/shipment/state")]
        }
    };
    tells("e0", "shipment.delivered", &id).await.expect_status(204);
    assert_eq!(state().await, ["SHIPPED", "HANDED_OVER"], "it was told before");
    for (event, kind, then) in [
        ("e1", "shipment.in_transit", ["SHIPPED", "IN_TRANSIT"]),
        ("e2", "shipment.failed", ["SHIPPED", "FAILED"]),
        ("e3", "shipment.weighed", ["SHIPPED", "FAILED"]),
        ("e4", "shipment.delivered", ["DELIVERED", "DELIVERED"]),
        ("e4", "shipment.delivered", ["DELIVERED", "DELIVERED"]),
        ("e1", "shipment.in_transit", ["DELIVERED", "DELIVERED"]),
        ("e5", "shipment.failed", ["DELIVERED", "DELIVERED"]),
    ] {
        tells(event, kind, &id).await.expect_status(204);
        assert_eq!(state().await, then, "{event}");
    }
    tells("e6", "shipment.delivered", "ord_00000000000000000000000000").await.expect_problem(404, "not_found");
    tells(" ", "shipment.delivered", &id).await.expect_problem(400, "malformed_request");
    let body = json!({"id": "e7", "type": "shipment.delivered", "order_id": id}).to_string();
    let header = Signatures::of("another").header(body.as_bytes(), shop.now());
    told(shop.guest(), body, header).await.expect_problem(400, "invalid_signature");
    let header = Signatures::of(&secret).header(b"{}", shop.now());
    told(shop.guest(), "{}".to_owned(), header).await.expect_problem(400, "malformed_request");
    shop.settle().await;
}

async fn told(carrier: Actor, body: String, signature: String) -> Answer {
    let request = http::Request::post("/v1/webhooks/shipping").header("content-type", "application/json");
    carrier.send(request.header("x-carrier-signature", signature).body(Bytes::from(body)).unwrap()).await
}

pub async fn there_is_a_receipt_once_it_is_paid(shop: Shop) {
    sells(&shop, &[("MUG", 1999, 10)]).await;
    let (guest, placed) = guest_order(&shop, "MUG", 2).await;
    let path = format!("/v1/orders/{}/receipt", placed.at("/id"));
    guest.get(&path).await.expect_problem(409, "not_paid");
    pays(&shop, &placed).await;
    let page = guest.get(&path).await.expect_status(200);
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    for text in ["Ada Lovelace", "The MUG (MUG)", "2 x 19.99 USD", "39.98 USD", "46.98 USD", &placed.at("/number")] {
        assert!(page.text().contains(text), "{text}: {}", page.text());
    }
    let wishes = guest.clone().with_header("accept", "application/pdf").get(&path).await.expect_status(200);
    let asked = guest.get(&format!("{path}?format=pdf")).await.expect_status(200);
    for pdf in [wishes, asked] {
        assert_eq!(pdf.header("content-type"), Some("application/pdf"));
        assert!(pdf.bytes().starts_with(b"%PDF-"));
    }
    guest.get(&format!("{path}?format=papyrus")).await.expect_problem(422, "invalid_input");
}
