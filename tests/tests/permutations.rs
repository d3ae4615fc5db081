//! Whatever the gateway tells, in whatever order and however often, and whenever the order expires or is called off in between: in
//! the end money, order and stock say the same.
//!
//! Every order of up to five words of the gateway's about one order is told, each twice, by webhook to the functions themselves,
//! with an end of the order before the first of them or amid them. Nothing else is told: what then is still unknown, the shop
//! asks.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail where it is surprised, its helpers too"
)]

use std::collections::BTreeMap;
use std::time::Duration;

use holdfast_local::engines::gateway::{IntentStatus, RefundStatus, Webhooks};
use holdfast_testing::{Actor, Answer, Shop};
use holdfast_tests::stories::gateway_events::{succeeded, tells};
use holdfast_tests::stories::payments::{at_the_gateway, intent, stands};
use holdfast_tests::stories::{carts, checkout, stock};
use serde_json::{Value, json};

/// What an order of one mug costs, sent home.
const TOTAL: i64 = 2699;
/// How many mugs there are.
const MUGS: u32 = 2_000;
/// Longer than a hold.
const HOLD: Duration = Duration::from_secs(60);

/// A word of the gateway's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    Asks,
    Failed,
    Processing,
    Succeeded,
    /// Another intent for the same order: somebody has paid twice.
    PaidTwice,
}

const WORDS: [Word; 5] = [Word::Asks, Word::Failed, Word::Processing, Word::Succeeded, Word::PaidTwice];

/// How the order ends, if it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Expires,
    IsCalledOff,
}

/// Where in what is told it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    First,
    Amid,
}

/// Every order of every choice of words, from one word to all five.
fn sequences() -> Vec<Vec<Word>> {
    let mut all: Vec<Vec<Word>> = vec![Vec::new()];
    let mut from = 0;
    for _ in WORDS {
        let until = all.len();
        for nth in from..until {
            for word in WORDS {
                if !all[nth].contains(&word) {
                    let longer = all[nth].iter().copied().chain([word]).collect();
                    all.push(longer);
                }
            }
        }
        from = until;
    }
    all.remove(0);
    all
}

/// The event of a word.
fn event(word: Word, id: &str, intents: &[String; 2], order: &str) -> Value {
    let [own, other] = intents;
    let mut event = succeeded(id, if word == Word::PaidTwice { other } else { own }, order, TOTAL);
    let (kind, status) = match word {
        Word::Asks => ("payment_intent.requires_action", "requires_action"),
        Word::Failed => ("payment_intent.payment_failed", "requires_payment_method"),
        Word::Processing => ("payment_intent.processing", "processing"),
        Word::Succeeded | Word::PaidTwice => return event,
    };
    event["type"] = json!(kind);
    event["data"]["object"]["status"] = json!(status);
    event["data"]["object"]["amount_received"] = json!(0);
    event
}

/// An order of a mug, paid at the gateway, which tells nobody; and paid there once more by another intent, where that is told of.
async fn paid_in_silence(shop: &Shop, twice: bool) -> (Actor, Answer, [String; 2]) {
    let guest = carts::fills(shop, "MUG", 1).await;
    let placed = guest.clone().keyed("buy").post("/v1/checkout", checkout::order(TOTAL)).await.expect_status(201);
    let guest = guest.with_header("x-order-token", &placed.at("/order_token"));
    let own = intent(&guest, &placed).await;
    let confirm = format!("/payment_intents/{own}/confirm");
    at_the_gateway(shop, &confirm, "payment_method=pm_card_visa").await.expect_status(200);
    let other = if twice {
        let order = placed.at("/id");
        let form =
            format!("amount={TOTAL}&currency=usd&confirm=true&payment_method=pm_card_visa&metadata[order_id]={order}");
        at_the_gateway(shop, "/payment_intents", &form).await.expect_status(200).at("/id")
    } else {
        String::new()
    };
    (guest, placed, [own, other])
}

async fn ends(shop: &Shop, guest: &Actor, placed: &Answer, end: End) {
    match end {
        End::Expires => {
            shop.advance(HOLD);
            shop.world().invoke("reservations-sweep", json!({})).await.unwrap();
        }
        End::IsCalledOff => {
            let path = format!("/v1/orders/{}/cancel", placed.at("/id"));
            guest.clone().keyed("cancel").post(&path, json!({})).await.expect_status(200);
        }
    }
}

/// Tells all sequences, each about an order of its own; then lets the shop find out the rest, and counts.
async fn converge(end: Option<(End, At)>, wanted: [&str; 2]) {
    let shop = Shop::with_parameters([("HoldMinutes", "1")]);
    let (_, keeper) = carts::sells(&shop, &[("MUG", 1999, MUGS)]).await;
    shop.world().gateway().sends(Webhooks { lost: true, ..Webhooks::default() });
    let mut told = Vec::new();
    for (nth, sequence) in sequences().into_iter().enumerate() {
        let (guest, placed, intents) = paid_in_silence(&shop, sequence.contains(&Word::PaidTwice)).await;
        let amid = sequence.len().div_ceil(2);
        for (at, word) in sequence.iter().enumerate() {
            match end {
                Some((end, At::First)) if at == 0 => ends(&shop, &guest, &placed, end).await,
                Some((end, At::Amid)) if at == amid => ends(&shop, &guest, &placed, end).await,
                Some(_) | None => {}
            }
            let event = event(*word, &format!("evt_{nth}_{at}"), &intents, &placed.at("/id"));
            assert_eq!(tells(&shop, &event).await.expect_status(200).at("/again"), "false", "{sequence:?}");
        }
        if let Some((end, At::Amid)) = end
            && amid == sequence.len()
        {
            ends(&shop, &guest, &placed, end).await;
        }
        // All of it once more, days late for all that anybody knows.
        for (at, word) in sequence.iter().enumerate() {
            let event = event(*word, &format!("evt_{nth}_{at}"), &intents, &placed.at("/id"));
            assert_eq!(tells(&shop, &event).await.expect_status(200).at("/again"), "true", "{sequence:?}");
        }
        told.push((sequence, guest, placed));
    }
    assert_eq!(told.len(), 325);
    for _ in 0..4 {
        shop.settle().await;
        shop.advance(Duration::from_secs(300));
    }
    shop.settle().await;

    // What the gateway has of each order: what came, without what went back.
    let gateway = shop.world().gateway();
    let (mut order_of, mut kept) = (BTreeMap::new(), BTreeMap::<String, i64>::new());
    for intent in gateway.intents().unwrap() {
        let order = intent.metadata["order_id"].clone();
        if intent.status == IntentStatus::Succeeded {
            *kept.entry(order.clone()).or_default() += i64::try_from(intent.amount_received).unwrap();
        }
        order_of.insert(intent.id, order);
    }
    for refund in gateway.refunds().unwrap() {
        assert_eq!(refund.status, RefundStatus::Succeeded);
        *kept.get_mut(&order_of[&refund.payment_intent]).unwrap() -= i64::try_from(refund.amount).unwrap();
    }
    let mut sold = 0;
    for (sequence, guest, placed) in &told {
        let stands = stands(guest, placed).await;
        assert_eq!(stands, wanted, "{end:?} {sequence:?}");
        let paid = stands[0] == "PAID";
        sold += u32::from(paid);
        assert_eq!(kept[&placed.at("/id")], if paid { TOTAL } else { 0 }, "{end:?} {sequence:?}");
    }
    let keeper = shop.log_in(shop.guest(), keeper.email(), keeper.password()).await;
    assert_eq!(stock::balance(&keeper, "MUG").await, [u64::from(MUGS - sold), 0]);
}

#[tokio::test]
async fn an_order_that_does_not_end_is_paid() {
    converge(None, ["PAID", "PAID"]).await;
}

#[tokio::test]
async fn an_order_that_expires_before_anything_is_told_is_paid_late() {
    converge(Some((End::Expires, At::First)), ["PAID", "PAID"]).await;
}

#[tokio::test]
async fn an_order_that_expires_amid_what_is_told_is_paid() {
    converge(Some((End::Expires, At::Amid)), ["PAID", "PAID"]).await;
}

#[tokio::test]
async fn an_order_that_is_called_off_before_anything_is_told_is_refunded() {
    converge(Some((End::IsCalledOff, At::First)), ["CANCELLED", "REFUNDED"]).await;
}

#[tokio::test]
async fn an_order_that_is_called_off_amid_what_is_told_is_refunded() {
    converge(Some((End::IsCalledOff, At::Amid)), ["CANCELLED", "REFUNDED"]).await;
}

#[tokio::test]
async fn a_millisecond_decides_nothing() {
    let shop = Shop::with_parameters([("HoldMinutes", "1")]);
    let (_, keeper) = carts::sells(&shop, &[("MUG", 1999, 30)]).await;
    shop.world().gateway().sends(Webhooks { lost: true, ..Webhooks::default() });
    let (mut nth, mut paid) = (0, 0_u64);
    for off_ms in [-1_i64, 0, 1] {
        for first in ["the webhook", "the sweep", "both"] {
            nth += 1;
            let (guest, placed, intents) = paid_in_silence(&shop, false).await;
            shop.advance(Duration::from_millis(u64::try_from(60_000 + off_ms).unwrap()));
            let event = event(Word::Succeeded, &format!("evt_{nth}"), &intents, &placed.at("/id"));
            let sweep = async || shop.world().invoke("reservations-sweep", json!({})).await.unwrap();
            let tell = async || tells(&shop, &event).await.expect_status(200);
            match first {
                "the webhook" => drop((tell().await, sweep().await)),
                "the sweep" => drop((sweep().await, tell().await)),
                _ => drop(tokio::join!(sweep(), tell())),
            }
            assert_eq!(stands(&guest, &placed).await, ["PAID", "PAID"], "{off_ms} ms, first {first}");
            paid += 1;
        }
    }
    shop.settle().await;
    let keeper = shop.log_in(shop.guest(), keeper.email(), keeper.password()).await;
    assert_eq!(stock::balance(&keeper, "MUG").await, [30 - paid, 0]);
}
