//! Card data never gets here: whoever sends a number where none belongs, it is found nowhere, and neither is anything like one.

#![expect(clippy::unwrap_used, reason = "a test may fail where it is surprised, its helpers too")]

use holdfast_auth::Role;
use holdfast_local::World;
use holdfast_local::engines::Position;
use holdfast_local::template::model::EventSource;
use holdfast_testing::{Log, Shop};
use holdfast_tests::stories::gateway_events::{succeeded, tells};
use holdfast_tests::stories::payments::{at_the_gateway, intent, pays};
use holdfast_tests::stories::{carts, checkout};
use regex_lite::Regex;
use serde_json::json;

const CARD: &str = "4242424242424242";

/// What looks like a card's number: 13 to 19 digits, alone or in groups of four, that begin as one does and add up as one does.
/// Random hex digits look like it now and then. Words of 24, 32 and 64 are passed over, being longer than any card's number; and
/// the sixteen of spans and holders of a claim where they are said to be one.
fn cards(text: &str) -> Vec<String> {
    let spans = r#"\b00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]\b|"holder":\{"S":"[0-9a-f]{16}"\}"#;
    let drawn = Regex::new(&format!(r"{spans}|\b(?:[0-9a-f]{{24}}|[0-9a-f]{{32}}|[0-9a-f]{{64}})\b")).unwrap();
    let numbers = Regex::new(r"(?:[0-9]{4}[ -]){3}[0-9]{1,7}|[0-9]+").unwrap();
    let text = drawn.replace_all(text, "");
    let digits = |found: regex_lite::Match<'_>| found.as_str().replace([' ', '-'], "");
    let card = |digits: &String| (13..=19).contains(&digits.len()) && "3456".contains(&digits[..1]) && adds_up(digits);
    numbers.find_iter(&text).map(digits).filter(card).collect()
}

fn adds_up(digits: &str) -> bool {
    let sum = digits.bytes().rev().enumerate().map(|(nth, digit)| {
        let digit = u32::from(digit - b'0') * if nth % 2 == 1 { 2 } else { 1 };
        digit / 10 + digit % 10
    });
    sum.sum::<u32>() % 10 == 0
}

/// Everything that was ever written to a table that has a stream.
fn written(world: &World) -> Vec<(String, String)> {
    let mut written = Vec::new();
    for function in &world.stack().functions {
        for event in &function.events {
            if let EventSource::Stream(mapping) = event {
                let batch = world.engines().dynamo.stream(&mapping.table, Position::default(), 10_000).unwrap();
                written.extend(batch.records.iter().map(|record| (mapping.table.clone(), record.to_string())));
            }
        }
    }
    written
}

#[test]
fn the_search_finds_what_it_must() {
    for card in [
        CARD,
        "4242 4242 4242 4242",
        "4242-4242-4242-4242",
        "378282246310005",
        "x6011111111111117x",
        "pi_6011111111111117",
    ] {
        assert_eq!(cards(card).len(), 1, "{card}");
    }
    let span = format!("00-0af7651916cd43dd8448eb211c80319c-{CARD}-01");
    let id = "0e7403e302194746818885be3fc0b065";
    for none in
        ["4242424242424241", "1767225600000", "2026-11-27", "00000000000000000000042", "424242424242", id, &span]
    {
        assert!(cards(none).is_empty(), "{none}");
    }
}

#[tokio::test]
async fn nothing_like_a_card_is_kept_anywhere() {
    let log = Log::default();
    let written_to = log.clone();
    holdfast_runtime::start_telemetry_into(None, move || written_to.clone());
    let shop = Shop::open();
    carts::sells(&shop, &[("MUG", 1999, 10)]).await;
    let (guest, placed) = checkout::guest_order(&shop, "MUG", 1).await;
    let order = placed.at("/id");
    // To us, in a body, in a path, in a header, and in a reason.
    let path = format!("/v1/orders/{order}/payment-intent");
    guest.post(&path, json!({"card": {"number": CARD, "cvc": "123"}})).await.expect_status(200);
    guest.clone().with_header("x-card", CARD).post(&path, json!({})).await.expect_status(200);
    guest.get(&format!("/v1/orders/{CARD}")).await.expect_problem(404, "not_found");
    // To the gateway, which takes none from a shop; and from it, where an object has more than is asked for.
    let form = format!("amount=500&currency=usd&payment_method_data[card][number]={CARD}");
    let refused = at_the_gateway(&shop, "/payment_intents", &form).await;
    assert!(refused.status.is_client_error(), "{refused:?}");
    let id = intent(&guest, &placed).await;
    let mut event = succeeded("evt_card", &id, &order, 2699);
    event["data"]["object"]["payment_method_details"] = json!({"card": {"number": CARD}});
    tells(&shop, &event).await.expect_status(200);
    let strange =
        json!({"id": "evt_strange", "type": "card.updated", "livemode": false, "data": {"object": {"number": CARD}}});
    tells(&shop, &strange).await.expect_status(200);
    let admin = shop.staff(Role::Admin).await.keyed("refund");
    let refund = format!("/v1/admin/orders/{order}/refunds");
    admin.post(&refund, json!({"reason": format!("back to {CARD}")})).await.expect_problem(422, "invalid_input");
    let (other, second) = checkout::guest_order(&shop, "MUG", 1).await;
    pays(&shop, &other, &second, "pm_card_chargeDeclined").await;
    pays(&shop, &other, &second, "pm_card_visa").await;
    shop.settle().await;

    let world = shop.world();
    let mut places = written(world);
    assert!(places.len() >= 20, "{}", places.len());
    for archived in world.engines().events.archived().unwrap() {
        places.push(("the archive".to_owned(), format!("{archived:?}")));
    }
    for queue in &world.stack().queues {
        for message in world.engines().sqs.peek(&queue.arn).unwrap() {
            places.push((queue.name.clone(), format!("{message:?}")));
        }
    }
    for bucket in &world.stack().buckets {
        places.push((bucket.name.clone(), format!("{:?}", world.engines().s3.objects(&bucket.name).unwrap())));
    }
    for path in ["/dev", "/dev/mail", "/dev/gateway"] {
        places.push((path.to_owned(), shop.guest().get(path).await.text().to_owned()));
    }
    places.push(("the gateway's intents".to_owned(), format!("{:?}", world.gateway().intents().unwrap())));
    let logged = log.text();
    assert!(logged.contains("\"route\":\"/v1/webhooks/payments\""), "the log is read: {logged}");
    places.push(("the log".to_owned(), logged));
    for (place, text) in &places {
        assert!(cards(text).is_empty(), "{:?} lies in {place}: {text}", cards(text));
    }
}
