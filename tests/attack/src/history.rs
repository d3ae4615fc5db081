//! Histories: what many at once asked and were answered, with both moments, and whether it could have happened one after the other.
//!
//! Clients in groups of four share a few articles: they hold, let go, adjust and look. Now and then three of them order one cart under
//! one key, call the order off and look at it meanwhile. Every answer is held against [`check`].

pub mod check;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use futures::future::{join3, try_join_all};
use serde_json::json;

use self::check::{Order, STAGES, Span, Stock};
use crate::dice::Dice;
use crate::ground::{Ground, Heard, PRICE, Target};
use crate::person::{Person, Trouble, number, text, unexpected};

/// What is to be done.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// So many operations at least.
    pub operations: u64,
    /// All chance grows from it.
    pub seed: u64,
    /// So many groups of four.
    pub groups: usize,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Operations on stock.
    pub stock: u64,
    /// Operations on orders.
    pub orders: u64,
    /// Of these, how many began while another on the same article or key was under way.
    pub overlapping: u64,
    /// How long all of it took, in seconds.
    pub seconds: f64,
    /// What could not have happened.
    pub violations: Vec<String>,
}

/// Clients of a group.
const CLIENTS: usize = 4;
/// Articles of a group.
const ARTICLES: usize = 4;
/// What lies of each at first.
const STOCK: u64 = 12;
/// And of the one that is ordered: not always enough.
const ORDERED: u64 = 2;
/// One of so many turns is an order's.
const ORDERS: u64 = 60;
/// So many may a client hold at once: others are to be refused now and then, not always.
const MOST_HELD: usize = 3;

/// What one client was answered.
#[derive(Debug, Default)]
struct Notes {
    stock: Vec<(usize, Span, Stock)>,
    orders: Vec<(String, Span, Order)>,
}

/// Keeps asking until there are so many answers, and checks them.
pub async fn history(target: &Target, plan: Plan) -> Result<Report, Trouble> {
    let (began, done) = (clock(), Arc::new(AtomicU64::new(0)));
    let groups = (0..plan.groups).map(|group| {
        let (target, done) = (target.clone(), Arc::clone(&done));
        tokio::spawn(async move { work(&target, plan, group, &done).await })
    });
    let mut report = Report::default();
    for group in groups.collect::<Vec<_>>() {
        let group = group.await.map_err(|error| Trouble(error.to_string()))??;
        report.stock += group.stock;
        report.orders += group.orders;
        report.overlapping += group.overlapping;
        report.violations.extend(group.violations);
    }
    let seconds = (clock() - began) as f64 / 1e9;
    Ok(Report { seconds, ..report })
}

/// What a group does, and whether it could have happened.
async fn work(target: &Target, plan: Plan, group: usize, done: &AtomicU64) -> Result<Report, Trouble> {
    let ground = Ground::of(target).await?;
    let articles = try_join_all((0..ARTICLES).map(|_| ground.goods(STOCK))).await?;
    // What orders take is no operation of a stock's history: theirs is another article.
    let ordered = ground.goods(ORDERED).await?;
    let clients = (0..CLIENTS).map(|client| {
        let client = Client {
            ground: &ground,
            articles: &articles,
            ordered: &ordered,
            dice: Dice::new(plan.seed, &format!("{group} {client}")),
        };
        client.works(plan.operations, done)
    });
    let notes = try_join_all(clients).await?;
    let (mut stock, mut orders): (BTreeMap<usize, Vec<_>>, BTreeMap<String, Vec<_>>) = Default::default();
    for client in notes {
        client
            .stock
            .into_iter()
            .for_each(|(article, span, operation)| stock.entry(article).or_default().push((span, operation)));
        client
            .orders
            .into_iter()
            .for_each(|(key, span, operation)| orders.entry(key).or_default().push((span, operation)));
    }
    let mut report = Report::default();
    for (article, mut history) in stock {
        history.sort_by_key(|(span, _)| span.invoked);
        report.stock += u64::try_from(history.len()).unwrap_or_default();
        report.overlapping += overlapping(history.iter().map(|(span, _)| *span));
        let first = i64::try_from(STOCK).unwrap_or_default();
        if let Err(nth) = check::stock([first, 0], &history) {
            let around = history.get(nth.saturating_sub(4)..(nth + 5).min(history.len())).unwrap_or_default();
            report
                .violations
                .push(format!("{}: operation {nth} could not have been answered so: {around:?}", articles[article]));
        }
    }
    for (key, mut history) in orders {
        history.sort_by_key(|(span, _)| span.invoked);
        report.orders += u64::try_from(history.len()).unwrap_or_default();
        report.overlapping += overlapping(history.iter().map(|(span, _)| *span));
        if let Err(why) = check::order(&history) {
            report.violations.push(format!("the key {key}: {why}"));
        }
    }
    Ok(report)
}

/// How many began before all that began before them had ended.
fn overlapping(spans: impl Iterator<Item = Span>) -> u64 {
    let (mut latest, mut count) = (0, 0);
    for span in spans {
        count += u64::from(span.invoked < latest);
        latest = latest.max(span.returned);
    }
    count
}

/// One who asks.
struct Client<'a> {
    ground: &'a Ground,
    articles: &'a [String],
    ordered: &'a str,
    dice: Dice,
}

impl Client<'_> {
    async fn works(mut self, operations: u64, done: &AtomicU64) -> Result<Notes, Trouble> {
        let (mut notes, mut held) = (Notes::default(), Vec::new());
        while done.load(Ordering::Relaxed) < operations {
            let before = notes.stock.len() + notes.orders.len();
            if self.dice.from(1, ORDERS) == 1 {
                self.orders(&mut notes).await?;
            } else {
                self.turns(&mut notes, &mut held).await?;
            }
            let new = notes.stock.len() + notes.orders.len() - before;
            done.fetch_add(u64::try_from(new).unwrap_or_default(), Ordering::Relaxed);
        }
        Ok(notes)
    }

    /// One operation on one article.
    async fn turns(&mut self, notes: &mut Notes, held: &mut Vec<(usize, String, i64)>) -> Result<(), Trouble> {
        let article = usize::try_from(self.dice.draw()).unwrap_or_default() % self.articles.len();
        let (ground, sku) = (self.ground, self.articles[article].as_str());
        let turn = self.dice.from(0, 19);
        let invoked = clock();
        let (article, operation) = match turn {
            0 | 1 if held.len() < MOST_HELD => {
                let quantity = self.dice.from(1, 4);
                let by = i64::try_from(quantity).unwrap_or_default();
                let body = json!({"quantity": quantity, "ttl_seconds": 3600, "reference": "history"});
                let path = format!("/v1/admin/inventory/{sku}/reserve");
                let answer = ground.anew(&ground.admin).post(&path, &body).await?;
                match answer.status {
                    201 => {
                        held.push((article, text(&answer.json(), "id")?, by));
                        (article, Stock::Held(by))
                    }
                    409 => (article, Stock::NotHeld(by)),
                    _ => return Err(unexpected("POST", &path, &answer)),
                }
            }
            0..=3 if !held.is_empty() => {
                let (article, id, by) = held.swap_remove(0);
                let path = format!("/v1/admin/inventory/{}/release", self.articles[article]);
                ground.anew(&ground.admin).posts(&path, &json!({"reservation_id": id}), 200).await?;
                (article, Stock::Freed(by))
            }
            4 => {
                let by = if self.dice.coin() { 1 } else { -1 };
                let adjusted = ground.adjusts(sku, by).await?;
                (article, if adjusted { Stock::Adjusted(by) } else { Stock::NotAdjusted(by) })
            }
            _ => {
                let [available, reserved] = ground.stock(sku).await?;
                (article, Stock::Read(available, reserved))
            }
        };
        notes.stock.push((article, Span { invoked, returned: clock() }, operation));
        Ok(())
    }

    /// Three tabs order one cart under one key, and one of them calls the order off while another looks.
    async fn orders(&mut self, notes: &mut Notes) -> Result<(), Trouble> {
        let ground = self.ground;
        let key = ground.fresh();
        let guest = ground.cart(self.ordered, 1).await?;
        let tabs = join3(self.places(&guest, &key), self.places(&guest, &key), self.places(&guest, &key)).await;
        let placed = [tabs.0?, tabs.1?, tabs.2?];
        let order = placed.iter().find_map(|(_, _, order)| order.clone());
        notes.orders.extend(placed.into_iter().map(|(span, operation, _)| (key.clone(), span, operation)));
        let Some(order) = order else { return Ok(()) };
        let path = format!("/v1/orders/{}", order.id);
        let looks = async {
            let mut seen = Vec::new();
            for _ in 0..4 {
                let invoked = clock();
                let answer = order.owner.get(&path).await?;
                let stage = STAGES.iter().position(|stage| answer.json()["status"] == *stage);
                if answer.status != 200 && answer.status != 404 || answer.status == 200 && stage.is_none() {
                    return Err(unexpected("GET", &path, &answer));
                }
                seen.push((Span { invoked, returned: clock() }, Order::Seen(stage)));
            }
            Ok(seen)
        };
        let cancels = async {
            let invoked = clock();
            ground.anew(&order.owner).posts(&format!("{path}/cancel"), &json!({}), 200).await?;
            Ok((Span { invoked, returned: clock() }, Order::Cancelled))
        };
        let (seen, off, again) = join3(looks, cancels, self.places(&guest, &key)).await;
        let again = again?;
        let all = seen?.into_iter().chain([off?, (again.0, again.1)]);
        notes.orders.extend(all.map(|(span, operation)| (key.clone(), span, operation)));
        Ok(())
    }

    async fn places(&self, guest: &Person, key: &str) -> Result<(Span, Order, Option<crate::ground::Order>), Trouble> {
        let invoked = clock();
        let heard = self.ground.checks_out(guest, key, PRICE).await?;
        let span = Span { invoked, returned: clock() };
        Ok(match heard {
            Heard::Ordered(order) => {
                number(&order.view, "/total/amount")?;
                (span, Order::Placed(order.id.clone()), Some(order))
            }
            Heard::Refused(..) => (span, Order::Refused, None),
        })
    }
}

/// Nanoseconds since the first look.
#[expect(clippy::disallowed_methods, reason = "a history is one of real time")]
fn clock() -> u64 {
    static FIRST: OnceLock<Instant> = OnceLock::new();
    u64::try_from(FIRST.get_or_init(Instant::now).elapsed().as_nanos()).unwrap_or(u64::MAX)
}
