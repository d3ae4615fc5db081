//! When all is over: what everybody was told is so, every event has reached everybody, and nothing is left anywhere.

use std::collections::{BTreeMap, BTreeSet};

use holdfast_cli::{Asked, Site};
use holdfast_local::World;
use holdfast_local::engines::gateway::{IntentStatus, RefundStatus};
use serde_json::Value;

use crate::books::Books;
use crate::client::Answer;
use crate::items::{by_entity, number, text};
use crate::people::Board;
use crate::stage::{Error, STOCKED, Stage, WARES};
use crate::witness::Witness;

/// What an order's buyer is written to of.
const MAILED: [&str; 6] = [
    "orders.order-placed.v1",
    "orders.order-paid.v1",
    "orders.order-expired.v1",
    "orders.order-shipped.v1",
    "orders.order-delivered.v1",
    "orders.order-cancelled.v1",
];

/// Asks again, under the same keys, whatever was answered so.
pub(crate) async fn everybody_hears(stage: &Stage, board: &Board, answered: impl Fn(&Answer) -> bool) {
    let told = board.told().clone();
    for (nth, heard) in told.into_iter().enumerate() {
        if !answered(&heard.answer) {
            continue;
        }
        let client = match heard.as_customer {
            Some(nth) => stage.customer(heard.client, nth),
            None if heard.as_staff => stage.admin(),
            None => heard.client,
        };
        let answer = client.keyed(&heard.key).post(&heard.path, &heard.body).await;
        if let Some(heard) = board.told().get_mut(nth) {
            heard.answer = answer;
        }
    }
}

/// What an operator does: sends back what lies among dead letters.
pub(crate) fn redrive(world: &World) -> Result<(), Error> {
    for queue in &world.stack().queues {
        if queue.logical_id.ends_with("DeadLetters") {
            world.engines().sqs.redrive(&queue.arn, None)?;
        }
    }
    Ok(())
}

/// What is wrong in the end.
pub(crate) async fn examine(stage: &Stage, board: &Board, witness: &Witness) -> Result<Vec<String>, Error> {
    let (world, books) = (&stage.world, Books::read(&stage.world)?);
    let mut wrong = books.examine(witness);
    nothing_is_held(world, &books, &mut wrong);
    nothing_is_left(world, &mut wrong)?;
    every_event_arrived(world, witness, &books, &mut wrong)?;
    money_is_where_it_belongs(world, &books, &mut wrong)?;
    what_was_said_is_so(board, &books, witness, &mut wrong);
    let mut said = Vec::new();
    for words in [&["audit"][..], &["audit", "--chain"]] {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        if !holdfast_cli::answer(&Site::Here(world.clone()), &Asked::parse(&words)?.command, &mut said).await? {
            wrong.push(format!("the audit says: {}", String::from_utf8_lossy(&said)));
        }
    }
    Ok(wrong)
}

/// No hold outlives its end.
fn nothing_is_held(world: &World, books: &Books, wrong: &mut Vec<String>) {
    for hold in books.reservations.iter().filter(|hold| text(hold, "status") == "ACTIVE") {
        let ends = text(hold, "expires_at").parse::<holdfast_core::Timestamp>();
        if ends.is_ok_and(|ends| ends < world.ambient().now()) {
            wrong.push(format!("{} is held since its end at {}", text(hold, "id"), text(hold, "expires_at")));
        }
    }
}

/// All queues are empty.
fn nothing_is_left(world: &World, wrong: &mut Vec<String>) -> Result<(), Error> {
    for queue in &world.stack().queues {
        let left = world.engines().sqs.peek(&queue.arn)?;
        if let Some(first) = left.first() {
            wrong.push(format!("{} messages are left in {}: {first}", left.len(), queue.logical_id));
        }
    }
    for undelivered in world.engines().events.undelivered()? {
        wrong.push(format!("undelivered: {undelivered:?}"));
    }
    Ok(())
}

/// Every event that was stored was published, in no other shape and under no other number, and whoever listens has heard it.
fn every_event_arrived(world: &World, witness: &Witness, books: &Books, wrong: &mut Vec<String>) -> Result<(), Error> {
    let mut published: BTreeMap<String, (String, i64)> = BTreeMap::new();
    for kept in world.engines().events.archived()? {
        let event = &kept.event["detail"];
        let id = text(event, "id").to_owned();
        if id.is_empty() {
            continue;
        }
        let place = (text(event, "subject").to_owned(), number(event, "sequence"));
        if published.insert(id.clone(), place.clone()).is_some_and(|other| other != place) {
            wrong.push(format!("the event {id} was published as two"));
        }
    }
    let trail = by_entity(world, "AuditTable")?;
    let recorded: BTreeSet<&str> =
        trail.get("audit-record").into_iter().flatten().map(|record| text(record, "event_id")).collect();
    for (id, told) in &witness.told {
        if published.get(id) != Some(&(told.subject.clone(), told.sequence)) {
            wrong.push(format!("{} {}: {} {id} was not published", told.subject, told.sequence, told.kind));
        }
        if !told.actor.is_empty() && !recorded.contains(id.as_str()) {
            wrong.push(format!("{} {}: {} {id} is not in the trail", told.subject, told.sequence, told.kind));
        }
    }
    for id in published.keys().filter(|id| !witness.told.contains_key(*id)) {
        wrong.push(format!("the event {id} was published, and nothing stored it"));
    }
    // Whoever bought has a mail of each step; which lies under the event's id.
    let mails: BTreeSet<String> =
        world.mailbox()?.into_iter().filter_map(|mail| mail.tags.get("event_id").cloned()).collect();
    for (id, told) in witness.told.iter().filter(|(_, told)| MAILED.contains(&told.kind.as_str())) {
        if !mails.contains(id) {
            wrong.push(format!("{} {}: nobody was written to of {} {id}", told.subject, told.sequence, told.kind));
        }
    }
    // Movements are what the witness saw, each of them once.
    let mut projected: BTreeMap<(String, String), BTreeMap<i64, (i64, i64)>> = BTreeMap::new();
    for movement in &books.movements {
        let stock = (text(movement, "sku").to_owned(), text(movement, "warehouse_id").to_owned());
        let by = (number(movement, "available_by"), number(movement, "reserved_by"));
        let before = projected.entry(stock).or_default().insert(number(movement, "sequence"), by);
        if before.is_some() {
            wrong.push(format!("a movement was projected twice: {movement}"));
        }
    }
    for (stock, moved) in &witness.moved {
        let seen: BTreeMap<i64, (i64, i64)> =
            moved.iter().map(|moved| (moved.sequence, (moved.available_by, moved.reserved_by))).collect();
        if projected.get(stock) != Some(&seen) {
            wrong.push(format!("{stock:?} moved {seen:?}, and its movements are {:?}", projected.get(stock)));
        }
    }
    Ok(())
}

/// The gateway has of each order what the order says; of what is no order's, nothing.
fn money_is_where_it_belongs(world: &World, books: &Books, wrong: &mut Vec<String>) -> Result<(), Error> {
    let gateway = world.gateway();
    let (mut order_of, mut kept, mut charges) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for intent in gateway.intents()? {
        let order = intent.metadata.get("order_id").cloned().unwrap_or_default();
        if intent.status == IntentStatus::Succeeded {
            *kept.entry(order.clone()).or_insert(0) += i64::try_from(intent.amount_received)?;
            charges.entry(order.clone()).or_insert_with(Vec::new).push(intent.id.clone());
        }
        order_of.insert(intent.id, order);
    }
    let mut gone = BTreeMap::new();
    for refund in gateway.refunds()? {
        match refund.status {
            RefundStatus::Failed => continue,
            RefundStatus::Succeeded => {}
            RefundStatus::Pending => wrong.push(format!("the refund {} is still under way", refund.id)),
        }
        let amount = i64::try_from(refund.amount)?;
        *gone.entry(refund.payment_intent.clone()).or_insert(0) += amount;
        if let Some(kept) = order_of.get(&refund.payment_intent).and_then(|order| kept.get_mut(order)) {
            *kept -= amount;
        }
    }
    let mut known = BTreeSet::new();
    for order in &books.orders {
        let (id, status) = (text(order, "id"), text(order, "status"));
        let total = number(&order["charges"], "total");
        let says = if text(order, "payment_status") == "NONE" { 0 } else { total - number(order, "refunded") };
        let has = kept.get(id).copied().unwrap_or_default();
        if has != says {
            wrong.push(format!("the gateway keeps {has} of {id}, which is {status} and says {says}"));
        }
        // Of all charges at most one has not gone back whole.
        let left = charges.get(id).into_iter().flatten();
        let left = left.filter(|intent| gone.get(*intent).copied().unwrap_or_default() < total).count();
        if left > 1 {
            wrong.push(format!("{id} was charged {left} times"));
        }
        if matches!(status, "CANCELLED" | "EXPIRED") && has != 0 {
            wrong.push(format!("{id} is {status}, and the gateway keeps {has} of it"));
        }
        known.insert(id);
    }
    for (order, has) in kept.iter().filter(|(order, has)| !known.contains(order.as_str()) && **has != 0) {
        wrong.push(format!("the gateway keeps {has} for {order:?}, which is no order"));
    }
    Ok(())
}

/// Whoever was told that an order was placed or stock was changed was told the truth, and the same each time.
fn what_was_said_is_so(board: &Board, books: &Books, witness: &Witness, wrong: &mut Vec<String>) {
    let orders: BTreeMap<&str, &Value> = books.orders.iter().map(|order| (text(order, "id"), order)).collect();
    let mut adjusted: BTreeMap<String, i64> = BTreeMap::new();
    let mut placed = BTreeSet::new();
    for heard in board.told().iter() {
        if !heard.answer.is_final() {
            wrong.push(format!("{} {} was never answered: {}", heard.path, heard.key, heard.answer.status));
        }
        if !heard.answer.is_well() {
            continue;
        }
        if heard.path == "/v1/checkout" {
            let id = heard.answer.text("/id");
            if !orders.contains_key(id.as_str()) {
                wrong.push(format!("{id} was placed, and is nowhere"));
            }
            if !placed.insert(id.clone()) {
                wrong.push(format!("{id} was placed under two keys"));
            }
        } else if heard.path.ends_with("/adjust") {
            let sku = heard.path.split('/').rev().nth(1).unwrap_or_default().to_owned();
            *adjusted.entry(sku).or_default() += number(&heard.body, "delta");
        } else if heard.path.ends_with("/cancel") {
            let id = heard.path.split('/').rev().nth(1).unwrap_or_default();
            let status = orders.get(id).map_or("nowhere", |order| text(order, "status"));
            if status != "CANCELLED" {
                wrong.push(format!("{id} was called off, and is {status}"));
            }
        }
    }
    for id in orders.keys().filter(|id| !placed.contains(**id)) {
        wrong.push(format!("{id} is there, and nobody was told"));
    }
    for (sku, _) in WARES {
        let (said, is) = (adjusted.get(sku).copied().unwrap_or_default(), witness.sum(sku, &["adjusted"]));
        if said != is {
            wrong.push(format!("{sku}: staff adjusted it by {said}, and it changed by {is}"));
        }
        let created: i64 = STOCKED.iter().sum();
        if witness.sum(sku, &["created"]) != created {
            wrong.push(format!("{sku}: {created} were stocked at first, and not as many came"));
        }
    }
}

#[cfg(test)]
mod tests;
