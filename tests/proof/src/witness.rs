//! The witness: sees every change of every table that has a stream, in its order, and says which no shop may make.
//!
//! It reads what DynamoDB recorded, not what functions made of that.

use std::collections::{BTreeMap, BTreeSet};

use holdfast_core::Timestamp;
use holdfast_local::World;
use holdfast_local::engines::Position;
use serde_json::Value;

use crate::items::{list, number, plain, text};
use crate::stage::Error;

/// How an order may move. Cancelled and returned orders do not; an expired one is left by a late capture only.
const WAYS: [(&str, &str); 16] = [
    ("", "PENDING"),
    ("PENDING", "REVIEW"),
    ("PENDING", "PAID"),
    ("PENDING", "EXPIRED"),
    ("PENDING", "CANCELLED"),
    ("REVIEW", "PAID"),
    ("REVIEW", "CANCELLED"),
    ("EXPIRED", "PAID"),
    ("PAID", "PROCESSING"),
    ("PAID", "CANCELLED"),
    ("PROCESSING", "SHIPPED"),
    ("PROCESSING", "CANCELLED"),
    ("SHIPPED", "DELIVERED"),
    ("DELIVERED", "RETURN_REQUESTED"),
    ("RETURN_REQUESTED", "RETURNED"),
    ("RETURN_REQUESTED", "DELIVERED"),
];

/// How a hold may move: it ends once.
const ENDS: [(&str, &str); 5] =
    [("", "ACTIVE"), ("", "COMMITTED"), ("ACTIVE", "COMMITTED"), ("ACTIVE", "RELEASED"), ("ACTIVE", "EXPIRED")];

/// A change of a stock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The stock's how-manieth.
    pub sequence: i64,
    /// `held`, `committed`: as its event is called.
    pub kind: String,
    /// By how much what can be taken changed.
    pub available_by: i64,
    /// By how much what is held changed.
    pub reserved_by: i64,
}

/// An event that was stored with a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Of whom.
    pub subject: String,
    /// The subject's how-manieth.
    pub sequence: i64,
    /// What happened.
    pub kind: String,
    /// Who did it; empty where the shop itself did.
    pub actor: String,
}

/// Whether a hold's end had come when it was ended, by the clock of whoever did.
fn is_over(hold: &Value) -> bool {
    let time = |of: &Value, name: &str| text(of, name).parse::<Timestamp>().ok();
    let ended = list(hold, "history").last().and_then(|turn| time(turn, "at"));
    ended.zip(time(hold, "expires_at")).is_some_and(|(ended, end)| ended >= end)
}

/// All that was seen.
#[derive(Clone, Debug, Default)]
pub struct Witness {
    places: BTreeMap<String, Position>,
    /// By stock: article and warehouse.
    pub moved: BTreeMap<(String, String), Vec<Moved>>,
    /// By the event's id.
    pub told: BTreeMap<String, Told>,
    subjects: BTreeMap<String, i64>,
    seen: BTreeSet<String>,
    /// Where orders went, and how often.
    pub went: BTreeMap<String, u64>,
    /// What no shop may do.
    pub wrong: Vec<String>,
}

impl Witness {
    /// Looks at what has changed since it last looked.
    pub fn look(&mut self, world: &World) -> Result<(), Error> {
        const MANY: usize = 500;
        let stack = world.stack();
        for table in stack.tables.iter().filter(|table| table.streamed) {
            loop {
                let place = self.places.get(&table.name).copied().unwrap_or_default();
                let batch = world.engines().dynamo.stream(&table.name, place, MANY)?;
                for record in &batch.records {
                    let change = &record["dynamodb"];
                    self.see(&plain(&change["OldImage"]), &plain(&change["NewImage"]));
                }
                self.places.insert(table.name.clone(), batch.end);
                if !batch.more {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Looks at one change: an item as it was, and as it is.
    pub fn see(&mut self, old: &Value, new: &Value) {
        if new.as_object().is_none_or(serde_json::Map::is_empty) {
            return;
        }
        self.hear(old, new);
        let ways: &[(&str, &str)] = match text(new, "entity") {
            "order" => &WAYS,
            "reservation" => &ENDS,
            "stock" => return self.weigh(old, new),
            _ => return,
        };
        let (from, to) = (text(old, "status"), text(new, "status"));
        if from == to {
            return;
        }
        if !ways.contains(&(from, to)) {
            self.wrong.push(format!("{} went from {from:?} to {to}", text(new, "id")));
        }
        if text(new, "entity") == "order" {
            *self.went.entry(to.to_owned()).or_default() += 1;
        } else if to == "EXPIRED" && !is_over(new) {
            self.wrong.push(format!("{} expired before its end at {}", text(new, "id"), text(new, "expires_at")));
        }
    }

    /// An event is new where its id is.
    fn hear(&mut self, old: &Value, new: &Value) {
        let (event, before) = (&new["event"], &old["event"]);
        let id = text(event, "id");
        if id.is_empty() || id == text(before, "id") {
            return;
        }
        let (subject, sequence) = (text(event, "subject").to_owned(), number(new, "version"));
        let last = self.subjects.insert(subject.clone(), sequence).unwrap_or_default();
        if sequence != last + 1 {
            self.wrong.push(format!("{subject}: event {sequence} follows {last}"));
        }
        if !self.seen.insert(id.to_owned()) {
            self.wrong.push(format!("{subject}: the event {id} was stored twice"));
        }
        let (kind, actor) = (text(event, "type").to_owned(), text(event, "actor").to_owned());
        self.told.insert(id.to_owned(), Told { subject, sequence, kind, actor });
    }

    fn weigh(&mut self, old: &Value, new: &Value) {
        let stock = (text(new, "sku").to_owned(), text(new, "warehouse_id").to_owned());
        for name in ["available", "reserved"] {
            if number(new, name) < 0 {
                self.wrong.push(format!("{stock:?} has {} {name}", number(new, name)));
            }
        }
        let by = |name: &str| number(new, name) - number(old, name);
        let kind =
            text(&new["event"], "type").trim_start_matches("inventory.stock-").trim_end_matches(".v1").to_owned();
        let (available_by, reserved_by) = (by("available"), by("reserved"));
        let allowed = match kind.as_str() {
            "created" | "adjusted" | "counted" | "transferred" | "returned" => reserved_by == 0,
            "held" => available_by == -reserved_by && reserved_by > 0,
            "released" | "expired" => available_by == -reserved_by && reserved_by < 0,
            // What was held is sold, or what nobody holds any more.
            "committed" => (available_by == 0 && reserved_by < 0) || (available_by < 0 && reserved_by == 0),
            _ => false,
        };
        if !allowed {
            self.wrong.push(format!("{stock:?} was {kind} by {available_by} available and {reserved_by} reserved"));
        }
        let sequence = number(new, "version");
        self.moved.entry(stock).or_default().push(Moved { sequence, kind, available_by, reserved_by });
    }

    /// What the movements of these kinds add up to, of an article everywhere: of all that lies there.
    pub fn sum(&self, sku: &str, kinds: &[&str]) -> i64 {
        let of = self.moved.iter().filter(|((article, _), _)| article == sku).flat_map(|(_, moved)| moved);
        of.filter(|moved| kinds.contains(&moved.kind.as_str()))
            .map(|moved| moved.available_by + moved.reserved_by)
            .sum()
    }
}
