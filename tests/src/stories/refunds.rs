//! Money goes back: in parts, at once, when something is called off or comes back, and however the gateway takes it.

use std::time::Duration;

use holdfast_auth::Role;
use holdfast_local::engines::gateway::{RefundStatus, Webhooks};
use holdfast_testing::{Actor, Answer, Shop};
use serde_json::{Value, json};

use super::carts::sells;
use super::checkout::guest_order;
use super::payments::{payments, pays, stands};
use super::products::usd;
use super::stock::anew;

/// Gives money of an order back, under a key of its own.
async fn gives(staff: &Actor, placed: &Answer, body: Value) -> Answer {
    anew(staff).post(&format!("/v1/admin/orders/{}/refunds", placed.at("/id")), body).await
}

/// An order that was paid, of 26.99 USD: its guest, and it.
async fn paid(shop: &Shop, method: &str) -> (Actor, Answer) {
    let (guest, placed) = guest_order(shop, "MUG", 1).await;
    pays(shop, &guest, &placed, method).await;
    (guest, placed)
}

/// How much the gateway has given back, without what came back.
fn given(shop: &Shop) -> u64 {
    let refunds = shop.gateway().refunds().unwrap();
    refunds.iter().filter(|refund| refund.status != RefundStatus::Failed).map(|refund| refund.amount).sum()
}

pub async fn money_goes_back_in_parts(shop: Shop) {
    sells(&shop, &[("MUG", 1999, 10)]).await;
    let admin = shop.staff(Role::Admin).await;
    let (guest, unpaid) = guest_order(&shop, "MUG", 1).await;
    gives(&admin, &unpaid, json!({"reason": "x"})).await.expect_problem(409, "nothing_to_refund");
    assert_eq!(stands(&guest, &unpaid).await, ["PENDING", "NONE"]);
    let (guest, placed) = paid(&shop, "pm_card_visa").await;
    for (body, pointer) in [
        (json!({"reason": ""}), "/reason"),
        (json!({"reason": "to 4242 4242 4242 4242"}), "/reason"),
        (json!({"reason": "x", "amount": usd(0)}), "/amount/amount"),
        (json!({"reason": "x", "amount": usd(-5)}), "/amount/amount"),
        (json!({"reason": "x", "amount": {"amount": 5, "currency": "EUR"}}), "/amount/currency"),
    ] {
        let refused = gives(&admin, &placed, body).await.expect_problem(422, "invalid_input");
        assert_eq!(refused.at("/errors/0/pointer"), pointer);
    }
    let keyed = admin.clone().keyed("gesture");
    let path = format!("/v1/admin/orders/{}/refunds", placed.at("/id"));
    let body = json!({"amount": usd(700), "reason": "a gesture"});
    let asked = keyed.post(&path, body.clone()).await.expect_status(201);
    assert_eq!([asked.at("/status"), asked.at("/amount/amount"), asked.at("/why")], ["REQUESTED", "700", "staff"]);
    shop.settle().await;
    assert_eq!(keyed.post(&path, body).await.expect_status(201).json(), asked.json());
    keyed.post(&path, json!({"reason": "x"})).await.expect_problem(422, "idempotency_key_reused");
    assert_eq!((stands(&guest, &placed).await[1].as_str(), given(&shop)), ("PARTIALLY_REFUNDED", 700));
    let refused = gives(&admin, &placed, json!({"amount": usd(2000), "reason": "x"})).await;
    assert_eq!(refused.expect_problem(409, "too_much").at("/refundable/amount"), "1999");
    gives(&admin, &placed, json!({"reason": "the rest"})).await.expect_status(201);
    shop.settle().await;
    assert_eq!((stands(&guest, &placed).await, given(&shop)), (["PAID".to_owned(), "REFUNDED".to_owned()], 2699));
    gives(&admin, &placed, json!({"reason": "x"})).await.expect_problem(409, "nothing_to_refund");
    let none = "/v1/admin/orders/ord_00000000000000000000000000/refunds";
    anew(&admin).post(none, json!({"reason": "x"})).await.expect_problem(404, "not_found");
    // Support sees all of it, page by page.
    let support = shop.staff(Role::Support).await;
    let page = support.get("/v1/admin/payments?limit=1").await.expect_status(200).json();
    assert_eq!(page["items"][0]["refunds"].as_array().unwrap().len(), 2);
    let list = support.get("/v1/admin/payments?status=PAID").await.expect_status(200).json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    support.get("/v1/admin/payments?status=LOST").await.expect_problem(422, "invalid_input");
    support.get("/v1/admin/payments?cursor=x").await.expect_problem(422, "invalid_input");
}

pub async fn two_refunds_at_once_give_back_no_more_than_was_paid(shop: Shop) {
    sells(&shop, &[("MUG", 1999, 10)]).await;
    let admin = shop.staff(Role::Admin).await;
    let (guest, placed) = paid(&shop, "pm_card_visa").await;
    let all = || gives(&admin, &placed, json!({"amount": usd(2000), "reason": "at once"}));
    let (one, other) = tokio::join!(all(), all());
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    shop.settle().await;
    assert_eq!((stands(&guest, &placed).await[1].as_str(), given(&shop)), ("PARTIALLY_REFUNDED", 2000));
}

pub async fn support_gives_back_so_much_and_no_more(shop: Shop) {
    sells(&shop, &[("MUG", 9300, 10)]).await;
    let support = shop.staff(Role::Support).await;
    // 100.00 USD is the limit.
    let (_, placed) = paid(&shop, "pm_card_visa").await;
    gives(&support, &placed, json!({"amount": usd(6000), "reason": "x"})).await.expect_status(201);
    gives(&support, &placed, json!({"amount": usd(4001), "reason": "x"})).await.expect_problem(409, "too_much");
    gives(&support, &placed, json!({"amount": usd(4000), "reason": "x"})).await.expect_status(201);
    let (_, placed) = guest_order(&shop, "MUG", 2).await;
    let buyer = shop.guest().with_header("x-order-token", &placed.at("/order_token"));
    pays(&shop, &buyer, &placed, "pm_card_visa").await;
    gives(&support, &placed, json!({"amount": usd(10_001), "reason": "x"})).await.expect_problem(403, "forbidden");
    gives(&support, &placed, json!({"amount": usd(6_000), "reason": "x"})).await.expect_status(201);
    gives(&support, &placed, json!({"amount": usd(4_001), "reason": "x"})).await.expect_problem(403, "forbidden");
    gives(&support, &placed, json!({"amount": usd(4_000), "reason": "x"})).await.expect_status(201);
    gives(&shop.staff(Role::Admin).await, &placed, json!({"amount": usd(1), "reason": "x"})).await.expect_status(201);
    shop.settle().await;
    assert_eq!(given(&shop), 20_001);
}

pub async fn what_is_called_off_or_comes_back_is_refunded_as_far_as_it_is_left(shop: Shop) {
    sells(&shop, &[("MUG", 1999, 10)]).await;
    let (admin, support) = (shop.staff(Role::Admin).await, shop.staff(Role::Support).await);
    let (guest, called_off) = paid(&shop, "pm_card_visa").await;
    gives(&admin, &called_off, json!({"amount": usd(699), "reason": "a gesture"})).await.expect_status(201);
    anew(&guest).post(&format!("/v1/orders/{}/cancel", called_off.at("/id")), json!({})).await.expect_status(200);
    shop.settle().await;
    assert_eq!(stands(&guest, &called_off).await, ["CANCELLED", "REFUNDED"]);
    assert_eq!(given(&shop), 2699);
    let (guest, back) = guest_order(&shop, "MUG", 2).await;
    pays(&shop, &guest, &back, "pm_card_visa").await;
    for status in ["PROCESSING", "SHIPPED", "DELIVERED"] {
        let body = json!({"status": status, "reason": "as it should be"});
        anew(&support).post(&format!("/v1/admin/orders/{}/status", back.at("/id")), body).await.expect_status(200);
    }
    let body = json!({"lines": [{"sku": "MUG", "quantity": 1}], "reason": "chipped"});
    let path = format!("/v1/orders/{}/returns", back.at("/id"));
    let asked = anew(&guest).post(&path, body).await.expect_status(201);
    for decision in ["approve", "receive"] {
        let path = format!("/v1/admin/orders/{}/returns/{}", back.at("/id"), asked.at("/id"));
        anew(&support).post(&path, json!({"decision": decision})).await.expect_status(200);
    }
    shop.settle().await;
    assert_eq!(stands(&guest, &back).await, ["RETURNED", "PARTIALLY_REFUNDED"]);
    assert_eq!(
        (given(&shop), payments(&shop, &back).await[0]["refunds"][0]["why"].clone()),
        (2699 + 1999, json!("returned"))
    );
}

pub async fn a_refund_may_fail_when_nobody_thinks_of_it_any_more(shop: Shop) {
    sells(&shop, &[("MUG", 1999, 10)]).await;
    let admin = shop.staff(Role::Admin).await;
    let (guest, placed) = paid(&shop, "pm_card_refundFail").await;
    shop.gateway().takes(Duration::from_secs(3 * 86_400));
    gives(&admin, &placed, json!({"reason": "x"})).await.expect_status(201);
    shop.settle().await;
    assert_eq!(stands(&guest, &placed).await[1], "REFUNDED");
    assert_eq!(payments(&shop, &placed).await[0]["refundable"]["amount"], 0);
    shop.advance(Duration::from_secs(3 * 86_400));
    shop.settle().await;
    assert_eq!(stands(&guest, &placed).await[1], "PAID", "it came back");
    let alarmed = shop.world().invoke("payments-reconcile", json!({})).await;
    assert!(alarmed.is_err(), "people are called");
    let payment = payments(&shop, &placed).await[0].clone();
    assert_eq!((&payment["refundable"]["amount"], &payment["refunds"][0]["status"]), (&json!(2699), &json!("FAILED")));
    // One that takes a while is under way until it has arrived.
    let (guest, placed) = paid(&shop, "pm_card_pendingRefund").await;
    let admin = shop.staff(Role::Admin).await;
    gives(&admin, &placed, json!({"reason": "x"})).await.expect_status(201);
    shop.settle().await;
    assert_eq!(stands(&guest, &placed).await[1], "PAID");
    assert_eq!(payments(&shop, &placed).await[0]["refunds"][0]["status"], "SENT");
    shop.advance(Duration::from_secs(3 * 86_400));
    shop.settle().await;
    assert_eq!(stands(&guest, &placed).await[1], "REFUNDED");
}

pub async fn no_refund_is_given_up_and_none_is_given_twice(shop: Shop) {
    sells(&shop, &[("MUG", 1999, 10)]).await;
    let admin = shop.staff(Role::Admin).await;
    // Nobody else finds out what became of a refund.
    shop.world().enable_sources("PaymentsReconcileFunction", false);
    // It does what it is asked and says that it failed, and whoever looks finds it; or it is away for more than a day. It tells, or never.
    let outages = [(500, true), (503, true), (500, false), (503, false)];
    for (nth, (lost, (status, does))) in
        [false, true].into_iter().flat_map(|lost| outages.map(|outage| (lost, outage))).enumerate()
    {
        shop.gateway().sends(Webhooks::default());
        let (guest, placed) = paid(&shop, "pm_card_visa").await;
        let gateway = shop.gateway();
        gateway.sends(Webhooks { lost, ..Webhooks::default() });
        if does {
            gateway.fails_after(status)
        } else {
            gateway.fails_with(status)
        }
        let admin = shop.log_in(shop.guest(), admin.email(), admin.password()).await;
        gives(&admin, &placed, json!({"reason": "x"})).await.expect_status(201);
        for _ in 0..3 {
            shop.settle().await;
            shop.advance(Duration::from_secs(9 * 3_600));
        }
        let found = if does { "REFUNDED" } else { "PAID" };
        assert_eq!(stands(&guest, &placed).await[1], found, "{status} {does} {lost}");
        shop.gateway().recovers();
        for _ in 0..3 {
            shop.advance(Duration::from_secs(600));
            shop.settle().await;
        }
        assert_eq!(stands(&guest, &placed).await[1], "REFUNDED", "{status} {does} {lost}");
        assert_eq!(given(&shop), 2699 * (u64::try_from(nth).unwrap() + 1), "{status} {does} {lost}");
    }
}
