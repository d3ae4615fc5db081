//! Several at once for what only one may have, or only so many: what each of them read before it wrote decides nothing.

#![expect(clippy::unwrap_used, reason = "a test may fail where it is surprised, its helpers too")]

use std::time::Duration;

use holdfast_auth::Role;
use holdfast_core::Causation;
use holdfast_dynamo::Store;
use holdfast_local::Turns;
use holdfast_orders::Orders;
use holdfast_runtime::FromInit;
use holdfast_testing::{Actor, Answer, Shop};
use holdfast_tests::stories::carts::{fills, sells};
use holdfast_tests::stories::checkout::{guest_order, order};
use holdfast_tests::stories::payments::pays;
use holdfast_tests::stories::stock::{balance, keeps, opens};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

/// How many ask at the same moment.
const CLERKS: usize = 16;
/// How often each asks again that was asked to come back.
const PATIENCE: usize = 40;

/// Who posts what where; nothing deletes what is there.
type Sent = (Actor, String, Option<Value>);

/// All of them send their request at the same moment. What each is answered, in their order.
async fn at_once(requests: impl IntoIterator<Item = Sent>) -> Vec<Answer> {
    let send = |(actor, path, body): Sent| {
        tokio::spawn(async move {
            for _ in 0..PATIENCE {
                let answer = match body.clone() {
                    Some(body) => actor.post(&path, body).await,
                    None => actor.delete(&path).await,
                };
                if answer.status != 503 {
                    return answer;
                }
            }
            panic!("{path} has no answer after {PATIENCE} tries");
        })
    };
    let sent: Vec<_> = requests.into_iter().map(send).collect();
    let mut answers = Vec::new();
    for answer in sent {
        answers.push(answer.await.unwrap());
    }
    answers
}

fn warehouse(keeper: &Actor, nth: usize) -> Sent {
    let body = json!({"name": format!("No. {nth}"), "priority": nth});
    (keeper.clone().keyed(&format!("open-{nth}")), "/v1/admin/warehouses".to_owned(), Some(body))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_is_never_an_eleventh_warehouse() {
    let shop = Shop::open();
    let keeper = shop.staff(Role::Warehouse).await;
    for nth in 0..7 {
        for answer in at_once([warehouse(&keeper, nth)]).await {
            answer.expect_status(201);
        }
    }
    let answers = at_once((7..7 + CLERKS).map(|nth| warehouse(&keeper, nth))).await;
    assert!(shop.world().overlapping() > 0, "nobody waited for anybody");
    let (opened, refused): (Vec<Answer>, Vec<Answer>) = answers.into_iter().partition(|answer| answer.status == 201);
    assert_eq!([opened.len(), refused.len()], [3, CLERKS - 3]);
    for answer in refused {
        answer.expect_problem(409, "too_many_warehouses");
    }
    let listed = keeper.get("/v1/admin/warehouses").await.expect_status(200).json();
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(10));
    // Who opened the last one may ask again what became of it.
    let again = at_once((0..7 + CLERKS).map(|nth| warehouse(&keeper, nth))).await;
    assert_eq!(again.iter().filter(|answer| answer.status == 201).count(), 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_product_is_sold_in_a_category_that_is_gone() {
    let shop = Shop::open();
    let clerk = shop.staff(Role::Catalog).await;
    let mut made = 0;
    for round in 0..12 {
        let body = json!({"name": format!("No. {round}")});
        let category = clerk.clone().keyed(&format!("in-{round}")).post("/v1/admin/categories", body).await;
        let category = category.expect_status(201).at("/id");
        let product = |nth: usize| {
            let sku = format!("MUG-{round}-{nth}");
            let variant = json!({"sku": sku, "price": {"amount": 999, "currency": "USD"}});
            let body =
                json!({"title": "Mug", "slug": sku.to_lowercase(), "category_ids": [category], "variants": [variant]});
            (clerk.clone().keyed(&sku), "/v1/admin/products".to_owned(), Some(body))
        };
        let delete = || (clerk.clone(), format!("/v1/admin/categories/{category}"), None);
        let mut requests: Vec<Sent> = (0..4).map(product).collect();
        let place = round % (requests.len() + 1);
        requests.insert(place, delete());
        let mut answers = at_once(requests).await;
        let gone = answers.remove(place);
        let (sold, refused): (Vec<Answer>, Vec<Answer>) = answers.into_iter().partition(|answer| answer.status == 201);
        made += sold.len();
        if gone.status == 204 {
            assert_eq!(sold.len(), 0, "round {round}: it is sold in a category that is gone");
            for answer in refused {
                assert_eq!(answer.expect_problem(422, "invalid_input").at("/errors/0/pointer"), "/category_ids");
            }
        } else {
            gone.expect_problem(409, "category_not_empty");
            assert_eq!(refused.len(), 0, "round {round}: {refused:?}");
            let sold = sold.iter().map(|answer| answer.at("/id"));
            let archive = at_once(sold.map(|id| (clerk.clone(), format!("/v1/admin/products/{id}"), None))).await;
            assert!(archive.iter().all(|answer| answer.status == 204), "{archive:?}");
            clerk.delete(&delete().1).await.expect_status(204);
        }
    }
    assert!(made > 0 && shop.world().overlapping() > 0, "nobody waited for anybody");
}

/// Each request twice at once: what the two of a pair were answered.
async fn twins(requests: Vec<Sent>) -> Vec<[Answer; 2]> {
    let all: Vec<Sent> = requests.into_iter().flat_map(|sent| [sent.clone(), sent]).collect();
    let mut answers = at_once(all).await.into_iter();
    let mut pairs = Vec::new();
    while let (Some(one), Some(other)) = (answers.next(), answers.next()) {
        pairs.push([one, other]);
    }
    pairs
}

/// What was granted to one of two is no refusal to the other.
fn alike(what: &str, pairs: &[[Answer; 2]]) {
    for [one, other] in pairs {
        assert_eq!(one.status, other.status, "{what}: one key, two answers: {one:?} {other:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twins_of_a_hold_hear_the_same() {
    let shop = Shop::open();
    let keeper = shop.staff(Role::Warehouse).await;
    let basel = opens(&keeper, "Basel", 1).await;
    for round in 0..60 {
        let sku = format!("LAST-{round}");
        keeps(&keeper, &sku, &basel, 2, 0).await;
        let body = json!({"quantity": 1, "ttl_seconds": 3600, "reference": "twins"});
        let path = format!("/v1/admin/inventory/{sku}/reserve");
        let holds = (0..4).map(|nth| (keeper.clone().keyed(&format!("{sku}-{nth}")), path.clone(), Some(body.clone())));
        let held = twins(holds.collect()).await;
        alike("a hold", &held);
        let granted: Vec<_> = held.iter().map(|[one, _]| one).filter(|answer| answer.status == 201).collect();
        assert_eq!(granted.len(), 2, "round {round}");
        let path = format!("/v1/admin/inventory/{sku}/release");
        let releases = granted.iter().enumerate().map(|(nth, hold)| {
            let body = json!({"reservation_id": hold.at("/id")});
            (keeper.clone().keyed(&format!("free-{sku}-{nth}")), path.clone(), Some(body))
        });
        let released = twins(releases.collect()).await;
        alike("a release", &released);
        assert!(released.iter().all(|[one, _]| one.status == 200), "{released:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twins_move_stock_once() {
    let shop = Shop::open();
    let keeper = shop.staff(Role::Warehouse).await;
    let basel = opens(&keeper, "Basel", 1).await;
    keeps(&keeper, "MUG", &basel, 5, 0).await;
    for round in 0..40 {
        let body = json!({"warehouse_id": basel, "delta": 1, "reason": "found"});
        let keyed = keeper.clone().keyed(&format!("found-{round}"));
        let found = twins(vec![(keyed, "/v1/admin/inventory/MUG/adjust".to_owned(), Some(body))]).await;
        alike("an adjustment", &found);
        assert_eq!(balance(&keeper, "MUG").await, [6 + round, 0], "round {round}: {found:?}");
    }
    assert!(shop.world().overlapping() > 0, "nobody waited for anybody");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twins_of_a_refund_hear_the_same() {
    let shop = Shop::open();
    sells(&shop, &[("MUG", 1999, 50)]).await;
    let admin = shop.staff(Role::Admin).await;
    for round in 0..25 {
        let (guest, placed) = guest_order(&shop, "MUG", 1).await;
        pays(&shop, &guest, &placed, "pm_card_visa").await;
        let path = format!("/v1/admin/orders/{}/refunds", placed.at("/id"));
        let body = Some(json!({"amount": {"amount": 2000, "currency": "USD"}, "reason": "twins"}));
        let asked = (0..2).map(|nth| (admin.clone().keyed(&format!("{round}-{nth}")), path.clone(), body.clone()));
        let given = twins(asked.collect()).await;
        alike("a refund", &given);
        assert_eq!(given.iter().filter(|[one, _]| one.status == 201).count(), 1, "round {round}");
    }
}

#[tokio::test]
async fn what_is_added_while_an_order_is_placed_is_not_lost() {
    let shop = Shop::open();
    sells(&shop, &[("MUG", 1999, 100), ("TEE", 2500, 100)]).await;
    let mut ordered = [0, 0];
    for round in 0..32 {
        let guest = fills(&shop, "MUG", 1).await;
        let adding = async {
            // Each time a little later, so that it meets every call of the order.
            for _ in 0..round % 8 {
                guest.get("/v1/products").await.expect_status(200);
            }
            let line = json!({"sku": "TEE", "quantity": 1});
            guest.clone().keyed("add").post("/v1/cart/items", line).await.expect_status(201)
        };
        let ordering = guest.clone().keyed("order");
        let (added, placed) = tokio::join!(adding, ordering.post("/v1/checkout", order(2699)));
        // One mug was agreed on, and no order has more in it: the tee stays in the cart, whether there is an order or not. A guest whose
        // cart was ordered has another since.
        let token = added.json()["cart_token"].as_str().map(str::to_owned);
        let shopper = token.map_or_else(|| guest.clone(), |token| guest.clone().with_header("x-cart-token", &token));
        let cart = shopper.get("/v1/cart").await.expect_status(200).json();
        let skus: Vec<_> = cart["lines"].as_array().unwrap().iter().map(|line| line["sku"].as_str().unwrap()).collect();
        let is_placed = placed.status == 201;
        assert_eq!(skus, if is_placed { &["TEE"][..] } else { &["MUG", "TEE"] }, "round {round}: {placed:?}");
        ordered[usize::from(is_placed)] += 1;
    }
    assert!(ordered.iter().all(|rounds| *rounds > 0), "nobody came between: {ordered:?}");
}

/// Lets a strand make so many calls, or all that it makes. How many it made.
async fn goes_on<T>(shop: &Shop, strand: u32, work: &JoinHandle<T>, most: usize) -> usize {
    let (turns, mut made) = (shop.world().faults().turns(), 0);
    loop {
        turns.rest().await;
        let waiting = turns.waiting().into_iter().find(|call| call.strand == Some(strand));
        match waiting {
            _ if made == most || work.is_finished() => return made,
            Some(call) => {
                turns.let_go(call.nth, None);
                made += 1;
            }
            // It waits for time to pass.
            None => shop.advance(Duration::from_millis(10)),
        }
    }
}

#[tokio::test]
async fn whatever_a_twin_has_read_it_hears_of_the_order() {
    let shop = Shop::open();
    let (clerk, _) = sells(&shop, &[("MUG", 1999, 100)]).await;
    // What a function reads when it starts is read before anybody looks.
    guest_order(&shop, "MUG", 1).await;
    let turns = shop.world().faults().turns();
    for (calls, price) in (0..).zip(1999..) {
        let guest = fills(&shop, "MUG", 1).await.keyed("order");
        turns.decide(true);
        let buys = |strand| {
            let guest = guest.clone();
            let asks = async move { guest.post("/v1/checkout", order(price + 700)).await };
            tokio::spawn(Turns::strand(strand, asks))
        };
        let slow = buys(1);
        let is_over = goes_on(&shop, 1, &slow, calls).await < calls;
        let quick = buys(2);
        goes_on(&shop, 2, &quick, usize::MAX).await;
        let clerk = clerk.clone();
        let dearer = json!({"price": {"amount": price + 1, "currency": "USD"}});
        let prices = async move { clerk.patch("/v1/admin/variants/MUG", dearer).await };
        let prices = tokio::spawn(Turns::strand(3, prices));
        goes_on(&shop, 3, &prices, usize::MAX).await;
        goes_on(&shop, 1, &slow, usize::MAX).await;
        turns.decide(false);
        prices.await.unwrap().expect_status(200);
        let [slow, quick] = [slow.await.unwrap(), quick.await.unwrap()];
        let heard = [slow.status, quick.status].map(|status| status.as_u16());
        assert_eq!(heard, [201, 201], "after {calls} calls: {slow:?}");
        assert_eq!(slow.at("/id"), quick.at("/id"));
        if is_over {
            assert!(calls > 4, "an order is no fewer calls than {calls}");
            return;
        }
    }
}

#[tokio::test]
async fn an_order_is_not_written_over() {
    let shop = Shop::open();
    sells(&shop, &[("MUG", 1999, 1)]).await;
    let (_, placed) = guest_order(&shop, "MUG", 1).await;
    let init = shop.operator("checkout-place");
    let (book, table) =
        (Orders::from_init(&init).await.unwrap(), Store::new(&init).table(&init, "ORDERS_TABLE").unwrap());
    let id = placed.at("/id").parse().unwrap();
    let (order, buyer) = (book.order(id).await.unwrap().unwrap(), book.buyer(id).await.unwrap().unwrap());
    // A cart that is open and stock that nobody holds would not keep it from being placed again: it does so itself.
    let again = table.transaction().and_all(book.place(&order, &buyer, &Causation::default())).commit().await;
    assert!(again.unwrap_err().failed_at(0));
}
