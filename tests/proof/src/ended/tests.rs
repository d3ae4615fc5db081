//! Each thing that must hold in the end is seen not to, where somebody has meddled with what was played.

use std::error::Error as StdError;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use holdfast_local::Bytes;
use http::Request;
use serde_json::json;

use super::*;
use crate::client::{Answer, Client};
use crate::people::Heard;
use crate::run::{Opened, Performed, perform};
use crate::witness::{Moved, Told};

/// A seed in which somebody buys, pays and is told.
const SEED: u64 = 2;

/// What a check finds, in one text.
fn found(check: impl FnOnce(&mut Vec<String>) -> Result<(), Error>) -> Result<String, Error> {
    let mut wrong = Vec::new();
    check(&mut wrong)?;
    Ok(wrong.join("\n"))
}

/// A keyed request that was answered so.
fn heard(world: &World, path: &str, body: Value, answer: Answer) -> Heard {
    let client = Client::new(world, 1);
    Heard { client, as_customer: None, as_staff: false, path: path.to_owned(), key: "k".to_owned(), body, answer }
}

fn placed(books: &Books, status: &[&str]) -> Result<usize, Error> {
    let found = books.orders.iter().position(|order| status.contains(&text(order, "status")));
    Ok(found.ok_or_else(|| format!("no order is {status:?}: another seed"))?)
}

#[test]
fn what_was_played_passes_and_what_was_meddled_with_does_not() -> Result<(), Box<dyn StdError + Send + Sync>> {
    crate::tally::runtime()?.block_on(async {
        let Performed { stage, board, witness, wrong, .. } = perform(&Opened::new().await?, SEED, false).await?;
        assert_eq!((wrong, examine(&stage, &board, &witness).await?), (vec![], vec![]));
        told_otherwise(&stage.world, &board, &witness)?;
        never_arrived(&stage.world, &witness)?;
        elsewhere(&stage.world).await?;
        under_way(&stage.world).await?;
        outgrown(&stage.world).await?;
        held_and_left(&stage.world)?;
        published_as_two(&stage.world, &witness).await?;
        audited(&stage, &board, &witness).await?;
        Ok(())
    })
}

fn told_otherwise(world: &World, board: &Board, witness: &Witness) -> Result<(), Error> {
    let said = |books: &Books, witness: &Witness| {
        found(|wrong| {
            what_was_said_is_so(board, books, witness, wrong);
            Ok(())
        })
    };
    let hears = |path: &str, body: Value, status: u16, answer: Value| -> Result<String, Error> {
        board.told().push(heard(world, path, body, Answer { status, body: answer }));
        let wrong = said(&Books::read(world)?, witness)?;
        board.told().pop();
        Ok(wrong)
    };
    let none = hears("/v1/checkout", json!({}), 503, json!({}))?;
    assert!(none.contains("/v1/checkout k was never answered: 503"), "{none}");
    let nowhere = hears("/v1/checkout", json!({}), 201, json!({"id": "ord_x"}))?;
    assert!(nowhere.contains("ord_x was placed, and is nowhere"), "{nowhere}");
    let books = Books::read(world)?;
    let paid = text(&books.orders[placed(&books, &["PAID", "PROCESSING", "SHIPPED", "DELIVERED"])?], "id").to_owned();
    let twice = hears("/v1/checkout", json!({}), 201, json!({"id": paid}))?;
    assert!(twice.contains(&format!("{paid} was placed under two keys")), "{twice}");
    let cancelled = hears(&format!("/v1/orders/{paid}/cancel"), json!({}), 200, json!({}))?;
    assert!(cancelled.contains(&format!("{paid} was called off, and is ")), "{cancelled}");
    let adjusted = hears("/v1/admin/inventory/MUG/adjust", json!({"delta": 7}), 200, json!({}))?;
    assert!(adjusted.contains("MUG: staff adjusted it by "), "{adjusted}");
    let mut books = Books::read(world)?;
    books.orders.push(json!({"id": "ord_y"}));
    let untold = said(&books, witness)?;
    assert!(untold.contains("ord_y is there, and nobody was told"), "{untold}");
    let mut more = witness.clone();
    let came = Moved { sequence: 99, kind: "created".to_owned(), available_by: 1, reserved_by: 0 };
    more.moved.entry(("MUG".to_owned(), "w".to_owned())).or_default().push(came);
    let stocked = said(&Books::read(world)?, &more)?;
    assert!(stocked.contains("MUG: 3 were stocked at first, and not as many came"), "{stocked}");
    Ok(())
}

fn never_arrived(world: &World, witness: &Witness) -> Result<(), Error> {
    let arrived = |witness: &Witness, books: &Books| found(|wrong| every_event_arrived(world, witness, books, wrong));
    let books = Books::read(world)?;
    let mut more = witness.clone();
    let (subject, kind) = ("ord_z".to_owned(), "orders.order-paid.v1".to_owned());
    more.told.insert("evt_z".to_owned(), Told { subject, sequence: 1, kind, actor: "usr_1".to_owned() });
    let lost = arrived(&more, &books)?;
    for what in
        ["evt_z was not published", "evt_z is not in the trail", "nobody was written to of orders.order-paid.v1"]
    {
        assert!(lost.contains(what), "{lost}");
    }
    let mut less = witness.clone();
    let (id, _) = less.told.pop_first().ok_or("nothing was told")?;
    let unknown = arrived(&less, &books)?;
    assert!(unknown.contains(&format!("the event {id} was published, and nothing stored it")), "{unknown}");
    let mut other = witness.clone();
    other.told.values_mut().for_each(|told| told.sequence += 1);
    assert!(arrived(&other, &books)?.contains("was not published"));
    let mut books = Books::read(world)?;
    books.movements.push(books.movements[0].clone());
    let twice = arrived(witness, &books)?;
    assert!(twice.contains("a movement was projected twice"), "{twice}");
    books.movements.truncate(1);
    let few = arrived(witness, &books)?;
    assert!(few.contains(", and its movements are "), "{few}");
    Ok(())
}

/// What the gateway answers to a form.
async fn asks_gateway(world: &World, path: &str, form: String) -> Result<Value, Error> {
    let asked = Request::post(path)
        .header("authorization", "Bearer sk_test_sandbox")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Bytes::from(form))?;
    let answer = world.gateway().handle(asked).await;
    assert_eq!(answer.status(), 200, "{answer:?}");
    Ok(serde_json::from_slice(answer.body())?)
}

async fn elsewhere(world: &World) -> Result<(), Error> {
    let money = |books: &Books| found(|wrong| money_is_where_it_belongs(world, books, wrong));
    let mut books = Books::read(world)?;
    let nth = placed(&books, &["PAID", "PROCESSING", "SHIPPED", "DELIVERED"])?;
    let id = text(&books.orders[nth], "id").to_owned();
    books.orders[nth]["refunded"] = json!(1);
    let back = money(&books)?;
    assert!(
        back.contains(&format!("the gateway keeps {} of {id}", number(&books.orders[nth]["charges"], "total"))),
        "{back}"
    );
    for status in ["CANCELLED", "EXPIRED"] {
        books.orders[nth]["status"] = json!(status);
        let kept = money(&books)?;
        assert!(kept.contains(&format!("{id} is {status}, and the gateway keeps")), "{kept}");
    }
    books.orders.remove(nth);
    let nobodys = money(&books)?;
    assert!(nobodys.contains(&format!("for {id:?}, which is no order")), "{nobodys}");
    // The gateway takes the same order's money once more.
    let total = number(&Books::read(world)?.orders[nth]["charges"], "total");
    let form = format!("amount={total}&currency=usd&metadata[order_id]={id}&confirm=true&payment_method=pm_card_visa");
    asks_gateway(world, "/v1/payment_intents", form).await?;
    let charged = money(&Books::read(world)?)?;
    assert!(charged.contains(&format!("{id} was charged 2 times")), "{charged}");
    Ok(())
}

fn held_and_left(world: &World) -> Result<(), Error> {
    let mut books = Books::read(world)?;
    let hold = json!({"id": "rsv_x", "status": "ACTIVE", "expires_at": "2026-01-01T00:00:00Z"});
    books.reservations.push(hold);
    let held = found(|wrong| {
        nothing_is_held(world, &books, wrong);
        Ok(())
    })?;
    assert_eq!(held, "rsv_x is held since its end at 2026-01-01T00:00:00Z");
    let queue = world.stack().queues.first().ok_or("there are no queues")?;
    world.engines().sqs.send(&queue.arn, "left", None).map_err(|refused| format!("{refused:?}"))?;
    let left = found(|wrong| nothing_is_left(world, wrong))?;
    assert!(left.contains(&format!("1 messages are left in {}", queue.logical_id)), "{left}");
    Ok(())
}

/// A refund that takes its time.
async fn under_way(world: &World) -> Result<(), Error> {
    let form = "amount=500&currency=usd&confirm=true&payment_method=pm_card_pendingRefund".to_owned();
    let intent = asks_gateway(world, "/v1/payment_intents", form).await?;
    let refund = asks_gateway(world, "/v1/refunds", format!("payment_intent={}", text(&intent, "id"))).await?;
    let wrong = found(|wrong| money_is_where_it_belongs(world, &Books::read(world)?, wrong))?;
    assert!(wrong.contains(&format!("the refund {} is still under way", text(&refund, "id"))), "{wrong}");
    Ok(())
}

/// A change's event, which somebody relays once more under another number.
async fn published_as_two(world: &World, witness: &Witness) -> Result<(), Error> {
    let orders = crate::items::table(world, "OrdersTable");
    let items = world.engines().dynamo.items(orders)?;
    let told = |item: &Value| item["event"].is_object();
    let mut item = items.into_iter().find(told).ok_or("no order has told of anything")?;
    item["version"] = json!({"N": "77"});
    let change = json!({
        "ApproximateCreationDateTime": 0, "Keys": {}, "NewImage": item, "SequenceNumber": "1", "SizeBytes": 1,
        "StreamViewType": "NEW_AND_OLD_IMAGES",
    });
    let record = json!({
        "awsRegion": "us-east-1", "eventID": "1", "eventName": "INSERT", "eventSource": "aws:dynamodb", "eventVersion": "1.1",
        "dynamodb": change,
    });
    world.invoke("OrdersEventRelayFunction", json!({"Records": [record]})).await?;
    let books = Books::read(world)?;
    let wrong = found(|wrong| every_event_arrived(world, witness, &books, wrong))?;
    assert!(wrong.contains(" was published as two"), "{wrong}");
    Ok(())
}

/// An order that somebody calls paid by hand: the shop's own audit is the last to say so, and is heard.
async fn audited(stage: &Stage, board: &Board, witness: &Witness) -> Result<(), Error> {
    let world = &stage.world;
    let books = Books::read(world)?;
    let order = &books.orders[placed(&books, &["EXPIRED", "CANCELLED"])?];
    let init = world.operator("orders-get").ok_or("there is no orders-get")?;
    let text_of = |text: &str| AttributeValue::S(text.to_owned());
    let call = init.aws.dynamodb().update_item().table_name(crate::items::table(world, "OrdersTable"));
    let call = call.key("pk", text_of(&format!("ORDER#{}", text(order, "id")))).key("sk", text_of("ORDER"));
    let call = call.update_expression("SET #status = :paid").expression_attribute_names("#status", "status");
    call.expression_attribute_values(":paid", text_of("PAID")).send().await?;
    let wrong = examine(stage, board, witness).await?;
    assert!(
        wrong.iter().any(|wrong| wrong.starts_with("the audit says: ") && wrong.contains("it is PAID")),
        "{wrong:?}"
    );
    Ok(())
}

/// An event that is as large as the bus takes: in its envelope no queue does.
async fn outgrown(world: &World) -> Result<(), Error> {
    const MOST_BYTES: usize = 1_048_576;
    let init = world.operator("OrdersEventRelayFunction").ok_or("the template has no relay of orders")?;
    let (source, kind) = ("holdfast.orders", "orders.order-paid.v1");
    let detail = json!({"type": kind, "data": "x".repeat(MOST_BYTES - 200)}).to_string();
    let event = PutEventsRequestEntry::builder().event_bus_name(init.env.text("EVENT_BUS")?);
    let event = event.source(source).detail_type(kind).detail(detail).build();
    let answer = init.aws.eventbridge().put_events().entries(event).send().await?;
    assert_eq!(answer.failed_entry_count, 0, "{answer:?}");
    let wrong = found(|wrong| nothing_is_left(world, wrong))?;
    assert!(wrong.starts_with("undelivered: ") && wrong.contains("Message must be shorter"), "{:.300}", wrong);
    Ok(())
}
