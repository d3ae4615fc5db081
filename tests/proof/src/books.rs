//! The books: what must agree at every moment, in the tables as they are.

use std::collections::BTreeMap;
use std::time::Duration;

use holdfast_core::Timestamp;
use holdfast_local::{Faults, World};
use serde_json::Value;

use crate::items::{by_entity, list, number, text};
use crate::stage::{Error, WARES};
use crate::witness::Witness;

/// The tables that must agree with one another.
#[derive(Debug, Default)]
pub struct Books {
    /// Stocks.
    pub stocks: Vec<Value>,
    /// Holds.
    pub reservations: Vec<Value>,
    /// Movements, as they were projected.
    pub movements: Vec<Value>,
    /// Orders.
    pub orders: Vec<Value>,
    /// Returns.
    pub returns: Vec<Value>,
    /// Payments.
    pub payments: Vec<Value>,
    /// Refunds.
    pub refunds: Vec<Value>,
    /// The latest that a function's clock may show.
    pub latest: Timestamp,
}

/// The tables that they are read from.
pub const TABLES: [&str; 3] = ["InventoryTable", "OrdersTable", "PaymentsTable"];
/// What lies among them, and no book looks at.
pub const COUNTERS: &str = "RATE#";
/// Unpaid orders that a customer may have.
const MOST_UNPAID: usize = 3;

/// How a hold stands beside an order in this status.
fn holds(status: &str) -> &'static [&'static str] {
    match status {
        "PENDING" | "REVIEW" => &["ACTIVE"],
        "EXPIRED" => &["EXPIRED"],
        // Called off before it was paid, or after.
        "CANCELLED" => &["RELEASED", "COMMITTED"],
        _ => &["COMMITTED"],
    }
}

/// Whether an order in this status has been paid.
pub fn is_paid(status: &str) -> bool {
    matches!(status, "PAID" | "PROCESSING" | "SHIPPED" | "DELIVERED" | "RETURN_REQUESTED" | "RETURNED")
}

/// How many of an article, by warehouse.
type Shelves = BTreeMap<(String, String), i64>;

fn add(shelves: &mut Shelves, lines: &[Value]) {
    for line in lines {
        let shelf = (text(line, "sku").to_owned(), text(line, "warehouse_id").to_owned());
        *shelves.entry(shelf).or_default() += number(line, "quantity");
    }
}

impl Books {
    /// Reads them.
    pub fn read(world: &World) -> Result<Self, Error> {
        let [inventory, orders, payments] = TABLES.map(|table| by_entity(world, table));
        let (mut inventory, mut orders, mut payments) = (inventory?, orders?, payments?);
        let mut of = |entity: &str| inventory.remove(entity).unwrap_or_default();
        let (stocks, reservations, movements) = (of("stock"), of("reservation"), of("movement"));
        let mut of = |entity: &str| orders.remove(entity).unwrap_or_default();
        let (orders, returns) = (of("order"), of("return"));
        let mut of = |entity: &str| payments.remove(entity).unwrap_or_default();
        let (payments, refunds) = (of("payment"), of("refund"));
        let latest = world.ambient().now().checked_add(Duration::from_secs(Faults::MOST_SKEW_S))?;
        Ok(Self { stocks, reservations, movements, orders, returns, payments, refunds, latest })
    }

    /// What is wrong at this moment.
    pub fn examine(&self, witness: &Witness) -> Vec<String> {
        let mut wrong = Vec::new();
        self.stock_is_held_by_holds(&mut wrong);
        self.orders_have_their_stock(&mut wrong);
        self.money_is_on_its_order(&mut wrong);
        self.nobody_hoards(&mut wrong);
        self.stock_adds_up(witness, &mut wrong);
        wrong
    }

    /// What is reserved is what active holds hold; nothing is below nothing.
    fn stock_is_held_by_holds(&self, wrong: &mut Vec<String>) {
        let mut held = Shelves::new();
        for hold in self.reservations.iter().filter(|hold| text(hold, "status") == "ACTIVE") {
            add(&mut held, list(hold, "lines"));
        }
        for stock in &self.stocks {
            let shelf = (text(stock, "sku").to_owned(), text(stock, "warehouse_id").to_owned());
            let (available, reserved) = (number(stock, "available"), number(stock, "reserved"));
            let held = held.remove(&shelf).unwrap_or_default();
            if available < 0 || reserved != held {
                wrong.push(format!(
                    "{shelf:?} has {available} available and {reserved} reserved, and holds hold {held}"
                ));
            }
        }
        for (shelf, held) in held {
            wrong.push(format!("{held} of {shelf:?} are held, and there is no such stock"));
        }
    }

    /// No order PAID or later without committed stock, none that waits without a hold; and no committed stock without an order.
    fn orders_have_their_stock(&self, wrong: &mut Vec<String>) {
        let holds_by_id: BTreeMap<&str, &Value> =
            self.reservations.iter().map(|hold| (text(hold, "id"), hold)).collect();
        let mut sold: BTreeMap<&str, &str> = BTreeMap::new();
        for order in &self.orders {
            let (id, status, hold) = (text(order, "id"), text(order, "status"), text(order, "reservation_id"));
            sold.insert(hold, id);
            let stands = holds_by_id.get(hold).map_or("not there", |hold| text(hold, "status"));
            if !holds(status).contains(&stands) {
                wrong.push(format!("{id} is {status}, and its hold is {stands}"));
            }
            let (mut taken, mut bought) = (BTreeMap::new(), BTreeMap::new());
            for take in holds_by_id.get(hold).map(|hold| list(hold, "lines")).unwrap_or_default() {
                *taken.entry(text(take, "sku")).or_insert(0) += number(take, "quantity");
            }
            for line in list(order, "lines") {
                *bought.entry(text(line, "sku")).or_insert(0) += number(line, "quantity");
            }
            if taken != bought {
                wrong.push(format!("{id} bought {bought:?}, and its hold holds {taken:?}"));
            }
        }
        for hold in self.reservations.iter().filter(|hold| text(hold, "status") == "COMMITTED") {
            if !sold.contains_key(text(hold, "id")) {
                wrong.push(format!("{} is sold, and no order has it", text(hold, "id")));
            }
        }
    }

    /// Each order was charged at most once, and says what came and what went back.
    fn money_is_on_its_order(&self, wrong: &mut Vec<String>) {
        for order in &self.orders {
            let (id, status, money) = (text(order, "id"), text(order, "status"), text(order, "payment_status"));
            let total = number(&order["charges"], "total");
            let of_it = self.payments.iter().filter(|payment| text(payment, "order_id") == id);
            let came: Vec<i64> = of_it
                .filter(|payment| payment["on_order"] == true)
                .map(|payment| number(payment, "captured"))
                .collect();
            let due: &[i64] = if money == "NONE" { &[] } else { &[total] };
            if came != due {
                wrong.push(format!("{came:?} came for {id} of {total}, and its money is {money}"));
            }
            if is_paid(status) && money == "NONE" || status == "PENDING" && money != "NONE" {
                wrong.push(format!("{id} is {status}, and its money is {money}"));
            }
            let refunded = number(order, "refunded");
            let says = match money {
                "NONE" | "PAID" => refunded == 0,
                "PARTIALLY_REFUNDED" => (1..total).contains(&refunded),
                _ => refunded == total,
            };
            if !says {
                wrong.push(format!("{refunded} of {total} went back of {id}, and its money is {money}"));
            }
        }
    }

    /// A customer has so many unpaid orders at most. One whose time is over holds nothing from anybody, though nobody has ended it yet.
    fn nobody_hoards(&self, wrong: &mut Vec<String>) {
        let mut unpaid: BTreeMap<String, usize> = BTreeMap::new();
        let is_over = |order: &Value| {
            text(order, "reservation_expires_at").parse::<Timestamp>().is_ok_and(|end| end <= self.latest)
        };
        for order in self.orders.iter().filter(|order| text(order, "status") == "PENDING" && !is_over(order)) {
            if let Some(customer) = order["owner"]["customer"].as_str() {
                *unpaid.entry(customer.to_owned()).or_default() += 1;
            }
        }
        for (customer, count) in unpaid.into_iter().filter(|(_, count)| *count > MOST_UNPAID) {
            wrong.push(format!("{customer} has {count} unpaid orders"));
        }
    }

    /// Available, reserved and sold are what was ever stocked and adjusted; what is sold is what orders have bought and not given
    /// back.
    fn stock_adds_up(&self, witness: &Witness, wrong: &mut Vec<String>) {
        for (sku, _) in WARES {
            let lies: i64 = self
                .stocks
                .iter()
                .filter(|stock| text(stock, "sku") == sku)
                .map(|stock| number(stock, "available") + number(stock, "reserved"))
                .sum();
            let came = witness.sum(sku, &["created", "adjusted", "counted", "transferred"]);
            let (sold, back) = (-witness.sum(sku, &["committed"]), witness.sum(sku, &["returned"]));
            if lies + sold - back != came {
                wrong.push(format!(
                    "{sku}: {lies} lie there, {sold} were sold, {back} came back, and {came} were stocked"
                ));
            }
            if witness.sum(sku, &["transferred", "held", "released", "expired"]) != 0 {
                wrong.push(format!("{sku}: what was moved or held has become more or less"));
            }
            let count = |lines: &[Value]| -> i64 {
                lines.iter().filter(|line| text(line, "sku") == sku).map(|line| number(line, "quantity")).sum()
            };
            let committed = self.reservations.iter().filter(|hold| text(hold, "status") == "COMMITTED");
            let committed_by: BTreeMap<&str, i64> =
                committed.map(|hold| (text(hold, "id"), count(list(hold, "lines")))).collect();
            let bought: i64 = committed_by.values().sum();
            if bought != sold {
                wrong.push(format!("{sku}: {sold} were sold, and orders have bought {bought}"));
            }
            let cancelled = self.orders.iter().filter(|order| text(order, "status") == "CANCELLED");
            let called_off: i64 = cancelled.filter_map(|order| committed_by.get(text(order, "reservation_id"))).sum();
            let received = self.returns.iter().filter(|back| text(back, "status") == "RECEIVED");
            let sent_back: i64 = received.map(|back| count(list(back, "lines"))).sum();
            if called_off + sent_back != back {
                wrong.push(format!(
                    "{sku}: {back} came back, {called_off} of orders that were called off, {sent_back} of returns"
                ));
            }
        }
    }
}
