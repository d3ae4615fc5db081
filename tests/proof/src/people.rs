//! Those who buy: guests and customers, who change their minds, click twice, and ask again when they hear nothing.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use holdfast_local::{Bytes, Turns, World};
use serde_json::{Value, json};

use crate::client::{Answer, Client};
use crate::dice::Dice;
use crate::fate::CARDS;
use crate::items::{by_entity, table, text};
use crate::stage::{Stage, WARES};

/// So many times somebody looks whether an order is where they wait for it to be.
const PATIENCE: u32 = 80;
/// Of a thousand buyers so many order a piece at a time, again and again, and pay for none.
const HOARDERS: u64 = 100;

/// What all know of one another, and what they were told.
#[derive(Debug, Default)]
pub(crate) struct Board {
    told: Mutex<Vec<Heard>>,
    orders: Mutex<Vec<Placed>>,
}

/// An order that somebody was told of.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    pub(crate) id: String,
    pub(crate) buyer: Client,
}

/// A keyed request, and what was said to it in the end.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    /// Who asked: the same key of another is another's.
    pub(crate) client: Client,
    pub(crate) as_customer: Option<usize>,
    pub(crate) as_staff: bool,
    pub(crate) path: String,
    pub(crate) key: String,
    pub(crate) body: Value,
    /// The last answer; nothing final where nobody has heard it.
    pub(crate) answer: Answer,
}

impl Board {
    pub(crate) fn told(&self) -> MutexGuard<'_, Vec<Heard>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn orders(&self) -> MutexGuard<'_, Vec<Placed>> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody on the stage.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) stage: Arc<Stage>,
    pub(crate) board: Arc<Board>,
    pub(crate) dice: Dice,
    pub(crate) nth: u32,
    /// Counts their keys.
    keys: AtomicU32,
}

/// Where parcels go.
pub(crate) fn home() -> Value {
    json!({"name": "Ada Lovelace", "line1": "12 St James's Square", "city": "Reykjavik", "postal_code": "101", "country": "IS"})
}

/// What whoever asked twice at once has heard. One of the two may be refused before the other is granted, so that a refusal is the last
/// word when both have spoken.
fn of_both(one: Answer, other: Answer) -> Answer {
    match (one.is_final(), other.is_final()) {
        (true, true) if one.is_well() => one,
        (false, _) => one,
        (true, _) => other,
    }
}

impl Person {
    pub(crate) fn new(stage: &Arc<Stage>, board: &Arc<Board>, seed: u64, nth: u32) -> Self {
        let dice = Dice::new(seed, 100 + u64::from(nth));
        Self { stage: Arc::clone(stage), board: Arc::clone(board), dice, nth, keys: AtomicU32::new(0) }
    }

    pub(crate) fn world(&self) -> &World {
        &self.stage.world
    }

    /// Thinks, until it is their turn.
    pub(crate) async fn thinks(&self) {
        let turns = self.world().faults().turns();
        turns.turn(Turns::current(), "somebody", "thinks", &Bytes::new()).await;
    }

    /// Waits until an order stands where it is waited for, and not for ever. Who waits sees the shop's table, so that nothing is asked.
    pub(crate) async fn waits_for(&self, is_there: impl Fn(&Placed, &str) -> bool) -> Option<Placed> {
        const TABLE: &str = "OrdersTable";
        let (world, mut written_before) = (self.world(), None);
        for _ in 0..PATIENCE {
            let written = world.engines().dynamo.writes(table(world, TABLE));
            if written_before.replace(written) != Some(written) {
                let orders = by_entity(world, TABLE).unwrap_or_default().remove("order").unwrap_or_default();
                let stands = |placed: &&Placed| {
                    orders.iter().any(|order| text(order, "id") == placed.id && is_there(placed, text(order, "status")))
                };
                let there: Vec<Placed> = self.board.orders().iter().filter(stands).cloned().collect();
                if let Some(placed) = self.dice.pick(&there) {
                    return Some(placed.clone());
                }
            }
            self.thinks().await;
        }
        None
    }

    /// A key that they have not used.
    pub(crate) fn key(&self) -> String {
        format!("key-{}-{}", self.nth, self.keys.fetch_add(1, Ordering::SeqCst))
    }

    /// Asks under a key, and again under the same where the answer says nothing or gets lost; sometimes twice at once.
    pub(crate) async fn asks(&self, client: &Client, path: &str, body: &Value, who: (Option<usize>, bool)) -> Answer {
        const TRIES: u32 = 4;
        let key = self.key();
        let mut answer = Answer::default();
        for _ in 0..TRIES {
            self.thinks().await;
            let own = self.as_of_now(client, who).keyed(&key);
            if self.dice.chance(80) {
                let (one, other) = tokio::join!(own.post(path, body), own.post(path, body));
                answer = of_both(one, other);
            } else {
                answer = own.post(path, body).await;
            }
            if answer.is_final() && !self.dice.chance(60) {
                break;
            }
        }
        let (as_customer, as_staff) = who;
        let heard = Heard {
            client: client.clone(),
            as_customer,
            as_staff,
            path: path.to_owned(),
            key,
            body: body.clone(),
            answer: answer.clone(),
        };
        self.board.told().push(heard);
        answer
    }

    /// The same person, with a token that is good now.
    pub(crate) fn as_of_now(&self, client: &Client, (customer, staff): (Option<usize>, bool)) -> Client {
        match customer {
            Some(nth) => self.stage.customer(client.clone(), nth),
            None if staff => self.stage.admin(),
            None => client.clone(),
        }
    }

    /// Buys, pays or not, and perhaps thinks better of it.
    pub(crate) async fn shops(&self) {
        let customer = self.dice.chance(400).then(|| self.dice.place(2));
        let who = (customer, false);
        let client = Client::new(self.world(), 10 + self.nth);
        let hoards = self.dice.chance(HOARDERS);
        let (times, most) = if hoards { (5, 1) } else { (1 + self.dice.below(2), 2) };
        for _ in 0..times {
            self.thinks().await;
            if let Some(placed) = self.orders(&client, who, most).await {
                self.board.orders().push(placed.clone());
                if !hoards {
                    self.settles(&placed, who).await;
                }
            }
        }
    }

    /// Fills a cart with so many lines at most, of so many pieces, and orders it.
    async fn orders(&self, client: &Client, who: (Option<usize>, bool), most: u64) -> Option<Placed> {
        let mut client = client.clone();
        if self.dice.chance(150) {
            client.get("/v1/products").await;
        }
        for _ in 0..=self.dice.below(most) {
            let (sku, _) = self.dice.pick(&WARES)?;
            let line = json!({"sku": sku, "quantity": 1 + self.dice.below(most)});
            let added = self.as_of_now(&client, who).post("/v1/cart/items", &line).await;
            let token = added.text("/cart_token");
            if !token.is_empty() {
                client = client.with("x-cart-token", &token);
            }
            self.thinks().await;
        }
        let parcel = json!({"shipping_address": home(), "shipping_method": "standard"});
        let quote = self.as_of_now(&client, who).post("/v1/checkout/quote", &parcel).await;
        let mut order =
            json!({"email": "guest@example.test", "shipping_address": home(), "shipping_method": "standard"});
        order["expected_total"] = quote.body.get("total")?.clone();
        let placed = self.asks(&client, "/v1/checkout", &order, who).await;
        let id = placed.text("/id");
        if id.is_empty() {
            return None;
        }
        let token = placed.text("/order_token");
        let buyer = if token.is_empty() { client } else { client.with("x-order-token", &token) };
        Some(Placed { id, buyer })
    }

    /// Pays or not, once or twice, and perhaps calls it off.
    async fn settles(&self, placed: &Placed, who: (Option<usize>, bool)) {
        let buyer = &placed.buyer;
        let cancel = format!("/v1/orders/{}/cancel", placed.id);
        let none = json!({});
        match self.dice.below(10) {
            0 => {}
            1 => drop(self.asks(buyer, &cancel, &none, who).await),
            2 => drop(tokio::join!(self.pays(placed, who), self.asks(buyer, &cancel, &none, who))),
            3 => {
                self.pays(placed, who).await;
                if self.dice.chance(700) {
                    let goes = ["PROCESSING", "SHIPPED"];
                    self.waits_for(|other, status| other.id == placed.id && goes.contains(&status)).await;
                }
                self.asks(buyer, &cancel, &none, who).await;
            }
            4 => {
                tokio::join!(self.pays(placed, who), self.pays(placed, who));
            }
            _ => self.pays(placed, who).await,
        }
        if self.dice.chance(300) {
            self.thinks().await;
            self.as_of_now(buyer, who).get(&format!("/v1/orders/{}", placed.id)).await;
        }
        if self.dice.chance(500) {
            self.sends_back(placed, who).await;
        }
    }

    /// Asks for an intent, and pays it on the gateway's page; tries another card where one is declined.
    async fn pays(&self, placed: &Placed, who: (Option<usize>, bool)) {
        let path = format!("/v1/orders/{}/payment-intent", placed.id);
        for _ in 0..3 {
            self.thinks().await;
            let asked = self.as_of_now(&placed.buyer, who).post(&path, &json!({})).await;
            let intent = asked.text("/payment_intent_id");
            if intent.is_empty() {
                if asked.is_final() {
                    return;
                }
                continue;
            }
            self.thinks().await;
            let Some(card) = self.dice.pick(&CARDS) else { return };
            let gateway = self.world().gateway();
            let paid = gateway.pay(&intent, card);
            let asks = paid.as_ref().is_ok_and(|intent| intent.next_action.is_some());
            if asks {
                self.thinks().await;
                drop(gateway.authenticate(&intent, self.dice.chance(700)));
            }
            if *card != "pm_card_chargeDeclined" || self.dice.chance(300) {
                return;
            }
        }
    }

    /// Wants to send back what has come.
    async fn sends_back(&self, placed: &Placed, who: (Option<usize>, bool)) {
        if self.waits_for(|other, status| other.id == placed.id && status == "DELIVERED").await.is_none() {
            return;
        }
        let order = self.as_of_now(&placed.buyer, who).get(&format!("/v1/orders/{}", placed.id)).await;
        let line = json!({"sku": order.text("/lines/0/sku"), "quantity": 1});
        let body = json!({"lines": [line], "reason": "too small"});
        self.asks(&placed.buyer, &format!("/v1/orders/{}/returns", placed.id), &body, who).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_the_last_word_when_both_have_spoken() {
        let answered = |status| Answer { status, ..Answer::default() };
        let last = |one, other| of_both(answered(one), answered(other)).status;
        assert_eq!([last(201, 409), last(409, 201), last(409, 422)], [201, 201, 422]);
        assert_eq!(
            [last(409, 503), last(503, 409), last(201, 503)],
            [503, 503, 503],
            "who has not heard both asks again"
        );
    }
}
