//! Orders are paid: at once, at the second try, late, by what the gateway tells or by what it is asked.

use std::time::Duration;

use holdfast_auth::Role;
use holdfast_local::engines::gateway::{IntentStatus, Webhooks};
use holdfast_testing::{Actor, Answer, Shop};
use serde_json::json;

use super::carts::sells;
use super::checkout::guest_order;
use super::stock::{anew, balance, movements};

/// A minute past the end of a hold.
pub fn past(shop: &Shop) -> Duration {
    shop.hold() + Duration::from_secs(60)
}

/// Asks for an order's intent: its id.
pub async fn intent(buyer: &Actor, placed: &Answer) -> String {
    let asked = buyer.post(&format!("/v1/orders/{}/payment-intent", placed.at("/id")), json!({})).await;
    asked.expect_status(200).at("/payment_intent_id")
}

/// An order as it stands: its status, and its money's.
pub async fn stands(buyer: &Actor, placed: &Answer) -> [String; 2] {
    let order = buyer.get(&format!("/v1/orders/{}", placed.at("/id"))).await.expect_status(200);
    [order.at("/status"), order.at("/payment_status")]
}

/// Pays an order on the gateway's page, and lets the shop hear of it: the intent.
pub async fn pays(shop: &Shop, buyer: &Actor, placed: &Answer, method: &str) -> String {
    let intent = intent(buyer, placed).await;
    shop.gateway().pay(&intent, method).unwrap();
    shop.settle().await;
    intent
}

/// The payments of an order, as support sees them now.
pub async fn payments(shop: &Shop, placed: &Answer) -> serde_json::Value {
    let support = shop.staff(Role::Support).await;
    let list = support.get(&format!("/v1/admin/payments?order_id={}", placed.at("/id"))).await.expect_status(200);
    list.json()["items"].clone()
}

/// A keeper whose token is good again.
async fn again(shop: &Shop, keeper: &Actor) -> Actor {
    shop.log_in(shop.guest(), keeper.email(), keeper.password()).await
}

pub async fn an_order_is_paid_once(shop: Shop) {
    let (_, keeper) = sells(&shop, &[("MUG", 1999, 10)]).await;
    let (guest, placed) = guest_order(&shop, "MUG", 2).await;
    let path = format!("/v1/orders/{}/payment-intent", placed.at("/id"));
    shop.guest().post(&path, json!({})).await.expect_problem(401, "unauthenticated");
    let stranger = guest_order(&shop, "MUG", 1).await.0;
    stranger.post(&path, json!({})).await.expect_problem(404, "not_found");
    let first = guest.post(&path, json!({})).await.expect_status(200);
    assert_eq!([first.at("/status"), first.at("/amount/amount")], ["requires_payment_method", "4698"]);
    assert!(first.at("/client_secret").starts_with("pi_"));
    let again = guest.post(&path, json!({})).await.expect_status(200);
    assert_eq!(first.json(), again.json(), "asked again, it is the same");
    // The gateway tells everything three times, the newest first, and before it answers.
    let copies = Webhooks { copies: 3, newest_first: true, before_answer: true, ..Webhooks::default() };
    shop.gateway().sends(copies);
    let id = pays(&shop, &guest, &placed, "pm_card_visa").await;
    assert_eq!(id, first.at("/payment_intent_id"));
    assert_eq!(stands(&guest, &placed).await, ["PAID", "PAID"]);
    assert_eq!(balance(&keeper, "MUG").await, [7, 1]);
    let payments = payments(&shop, &placed).await;
    assert_eq!(payments.as_array().unwrap().len(), 1);
    let paid = [&payments[0]["status"], &payments[0]["captured"]["amount"], &payments[0]["refundable"]["amount"]];
    assert_eq!(paid, [&json!("PAID"), &json!(4698), &json!(4698)]);
    assert_eq!(guest.post(&path, json!({})).await.expect_status(200).at("/status"), "succeeded");
    // Nothing of it ends when its time would have been up.
    shop.advance(past(&shop));
    shop.settle().await;
    assert_eq!(stands(&guest, &placed).await, ["PAID", "PAID"]);
    let told = movements(&self::again(&shop, &keeper).await, "MUG").await;
    assert!(told.iter().any(|(kind, by, _)| kind == "COMMITTED" && *by == -2), "{told:?}");
}

pub async fn a_declined_card_may_be_followed_by_another(shop: Shop) {
    let (_, keeper) = sells(&shop, &[("MUG", 1999, 10)]).await;
    let (guest, placed) = guest_order(&shop, "MUG", 1).await;
    let first = pays(&shop, &guest, &placed, "pm_card_chargeDeclinedInsufficientFunds").await;
    assert_eq!(stands(&guest, &placed).await, ["PENDING", "NONE"]);
    assert_eq!(balance(&keeper, "MUG").await, [9, 1], "it is held as before");
    let told = shop.world().engines().events.archived().unwrap();
    let failed = told.iter().find(|told| told.event["detail"]["type"] == "payments.payment-failed.v1").unwrap();
    assert_eq!(failed.event["detail"]["data"]["code"], "insufficient_funds");
    let second = pays(&shop, &guest, &placed, "pm_card_visa").await;
    assert_eq!((first, stands(&guest, &placed).await), (second, ["PAID".to_owned(), "PAID".to_owned()]));
}

pub async fn the_bank_may_want_to_see_the_buyer(shop: Shop) {
    sells(&shop, &[("MUG", 1999, 10)]).await;
    let (guest, placed) = guest_order(&shop, "MUG", 1).await;
    let id = pays(&shop, &guest, &placed, "pm_card_authenticationRequired").await;
    assert_eq!(stands(&guest, &placed).await, ["PENDING", "NONE"]);
    shop.gateway().authenticate(&id, false).unwrap();
    shop.settle().await;
    assert_eq!(stands(&guest, &placed).await, ["PENDING", "NONE"]);
    pays(&shop, &guest, &placed, "pm_card_authenticationRequired").await;
    shop.gateway().authenticate(&id, true).unwrap();
    shop.settle().await;
    assert_eq!(stands(&guest, &placed).await, ["PAID", "PAID"]);
}

pub async fn who_pays_late_gets_what_is_still_there(shop: Shop) {
    let (_, keeper) = sells(&shop, &[("MUG", 1999, 2)]).await;
    let (guest, placed) = guest_order(&shop, "MUG", 2).await;
    shop.gateway().takes(past(&shop) + Duration::from_secs(60));
    pays(&shop, &guest, &placed, "pm_sandbox_succeedsLate").await;
    shop.advance(past(&shop));
    shop.settle().await;
    assert_eq!(stands(&guest, &placed).await, ["EXPIRED", "NONE"]);
    guest
        .post(&format!("/v1/orders/{}/payment-intent", placed.at("/id")), json!({}))
        .await
        .expect_problem(409, "not_payable");
    shop.advance(Duration::from_secs(60));
    shop.settle().await;
    assert_eq!(stands(&guest, &placed).await, ["PAID", "PAID"]);
    let keeper = again(&shop, &keeper).await;
    assert_eq!(balance(&keeper, "MUG").await, [0, 0]);
    let told: Vec<_> = movements(&keeper, "MUG").await.into_iter().map(|(kind, by, _)| (kind, by)).collect();
    let wanted = [("CREATED", 2), ("HELD", 2), ("EXPIRED", 2), ("COMMITTED", -2)];
    assert_eq!(told, wanted.map(|(kind, by)| (kind.to_owned(), by)));
    // Called off, it comes back to the shelf, and the money to its owner.
    anew(&guest).post(&format!("/v1/orders/{}/cancel", placed.at("/id")), json!({})).await.expect_status(200);
    shop.settle().await;
    assert_eq!((balance(&keeper, "MUG").await, stands(&guest, &placed).await[1].as_str()), ([2, 0], "REFUNDED"));
}

pub async fn who_pays_too_late_gets_the_money_back(shop: Shop) {
    let (_, keeper) = sells(&shop, &[("MUG", 1999, 2)]).await;
    let (late, placed) = guest_order(&shop, "MUG", 2).await;
    shop.gateway().takes(past(&shop) + Duration::from_secs(60));
    pays(&shop, &late, &placed, "pm_sandbox_succeedsLate").await;
    shop.advance(past(&shop));
    shop.settle().await;
    let (_, second) = guest_order(&shop, "MUG", 1).await;
    shop.advance(Duration::from_secs(60));
    shop.settle().await;
    assert_eq!(stands(&late, &placed).await, ["EXPIRED", "REFUNDED"]);
    let payments = payments(&shop, &placed).await;
    let back = &payments[0]["refunds"][0];
    assert_eq!(
        [&payments[0]["status"], &back["why"], &back["status"], &back["amount"]["amount"]],
        [&json!("SENT_BACK"), &json!("out_of_stock"), &json!("SUCCEEDED"), &json!(4698)]
    );
    let keeper = again(&shop, &keeper).await;
    assert_eq!(balance(&keeper, "MUG").await, [1, 1], "what another has is not touched: {}", second.at("/id"));
    assert_eq!(shop.gateway().refunds().unwrap().len(), 1);
}

pub async fn who_pays_for_what_was_called_off_gets_it_back(shop: Shop) {
    let (_, keeper) = sells(&shop, &[("MUG", 1999, 2)]).await;
    let (guest, placed) = guest_order(&shop, "MUG", 2).await;
    shop.gateway().takes(Duration::from_secs(60));
    pays(&shop, &guest, &placed, "pm_sandbox_succeedsLate").await;
    anew(&guest).post(&format!("/v1/orders/{}/cancel", placed.at("/id")), json!({})).await.expect_status(200);
    shop.settle().await;
    assert_eq!(stands(&guest, &placed).await, ["CANCELLED", "NONE"]);
    shop.advance(Duration::from_secs(60));
    shop.settle().await;
    // Its stock was there, and is not taken: nobody wants it any more.
    assert_eq!(
        (stands(&guest, &placed).await, balance(&keeper, "MUG").await),
        (["CANCELLED".to_owned(), "REFUNDED".to_owned()], [2, 0])
    );
}

pub async fn an_intent_ends_with_its_order(shop: Shop) {
    sells(&shop, &[("MUG", 1999, 2)]).await;
    let (guest, expires) = guest_order(&shop, "MUG", 1).await;
    intent(&guest, &expires).await;
    let (other, called_off) = guest_order(&shop, "MUG", 1).await;
    intent(&other, &called_off).await;
    anew(&other).post(&format!("/v1/orders/{}/cancel", called_off.at("/id")), json!({})).await.expect_status(200);
    shop.advance(past(&shop));
    shop.settle().await;
    let intents = shop.gateway().intents().unwrap();
    assert!(intents.iter().all(|intent| intent.status == IntentStatus::Canceled), "{intents:?}");
    assert_eq!(payments(&shop, &expires).await[0]["status"], "CANCELLED");
}

pub async fn without_webhooks_the_shop_asks(shop: Shop) {
    let (_, keeper) = sells(&shop, &[("MUG", 1999, 4)]).await;
    shop.gateway().sends(Webhooks { lost: true, ..Webhooks::default() });
    let (guest, placed) = guest_order(&shop, "MUG", 1).await;
    pays(&shop, &guest, &placed, "pm_card_visa").await;
    assert_eq!(stands(&guest, &placed).await, ["PENDING", "NONE"], "nobody has told");
    // Another pays at the last moment: its order expires before anybody asks. And one pays when it is over.
    shop.advance(Duration::from_secs(6 * 60));
    shop.settle().await;
    assert_eq!(stands(&guest, &placed).await, ["PAID", "PAID"]);
    shop.world().enable_sources("PaymentsReconcileFunction", false);
    let (last, at_the_last) = guest_order(&shop, "MUG", 1).await;
    let (other, when_over) = guest_order(&shop, "MUG", 1).await;
    pays(&shop, &last, &at_the_last, "pm_card_visa").await;
    shop.gateway().takes(past(&shop) + Duration::from_secs(300));
    pays(&shop, &other, &when_over, "pm_sandbox_succeedsLate").await;
    shop.advance(past(&shop));
    shop.settle().await;
    assert_eq!(stands(&last, &at_the_last).await, ["PAID", "PAID"], "calling it off has found it paid");
    assert_eq!(stands(&other, &when_over).await, ["EXPIRED", "NONE"]);
    shop.world().enable_sources("PaymentsReconcileFunction", true);
    for _ in 0..3 {
        shop.advance(Duration::from_secs(300));
        shop.settle().await;
    }
    assert_eq!(stands(&other, &when_over).await, ["PAID", "PAID"]);
    assert_eq!(balance(&again(&shop, &keeper).await, "MUG").await, [1, 0]);
}

pub async fn the_gateway_may_be_down(shop: Shop) {
    sells(&shop, &[("MUG", 1999, 4)]).await;
    let (guest, placed) = guest_order(&shop, "MUG", 1).await;
    let path = format!("/v1/orders/{}/payment-intent", placed.at("/id"));
    for status in [503, 500, 429] {
        shop.gateway().fails_with(status);
        let refused = guest.post(&path, json!({})).await.expect_problem(503, "unavailable");
        assert!(refused.header("retry-after").is_some_and(|after| after.parse::<u64>().unwrap() >= 1), "{refused:?}");
    }
    assert_eq!(stands(&guest, &placed).await, ["PENDING", "NONE"]);
    shop.gateway().recovers();
    shop.advance(Duration::from_secs(60));
    pays(&shop, &guest, &placed, "pm_card_visa").await;
    assert_eq!(stands(&guest, &placed).await, ["PAID", "PAID"]);
    // What it did, and could not say, is not done twice.
    let (other, second) = guest_order(&shop, "MUG", 1).await;
    shop.gateway().fails_after(503);
    other
        .post(&format!("/v1/orders/{}/payment-intent", second.at("/id")), json!({}))
        .await
        .expect_problem(503, "unavailable");
    shop.gateway().recovers();
    shop.advance(Duration::from_secs(60));
    intent(&other, &second).await;
    assert_eq!(shop.gateway().intents().unwrap().len(), 2);
    shop.settle().await;
}

pub async fn what_is_paid_twice_goes_back_once(shop: Shop) {
    let (_, keeper) = sells(&shop, &[("MUG", 1999, 4)]).await;
    let (guest, placed) = guest_order(&shop, "MUG", 1).await;
    pays(&shop, &guest, &placed, "pm_card_visa").await;
    // Somebody makes another intent for the same order, at the gateway itself.
    let form = format!(
        "amount=2699&currency=usd&confirm=true&payment_method=pm_card_visa&metadata[order_id]={}",
        placed.at("/id")
    );
    at_the_gateway(&shop, "/payment_intents", &form).await.expect_status(200);
    shop.settle().await;
    assert_eq!(stands(&guest, &placed).await, ["PAID", "PAID"]);
    let payments = payments(&shop, &placed).await;
    let mut states: Vec<_> = payments.as_array().unwrap().iter().map(|payment| payment["status"].clone()).collect();
    states.sort_by_key(|state| state.to_string());
    assert_eq!(states, ["PAID", "SENT_BACK"]);
    assert_eq!(shop.gateway().refunds().unwrap().len(), 1);
    assert_eq!(balance(&keeper, "MUG").await, [3, 0]);
}

/// What somebody with the key does at the gateway itself.
pub async fn at_the_gateway(shop: &Shop, path: &str, form: &str) -> Answer {
    let request = http::Request::post(format!("/dev/gateway/v1{path}"))
        .header("host", "127.0.0.1:8080")
        .header("authorization", "Bearer sk_test_sandbox")
        .header("content-type", "application/x-www-form-urlencoded");
    shop.guest().send(request.body(holdfast_local::Bytes::from(form.to_owned())).unwrap()).await
}
