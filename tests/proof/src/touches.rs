//! What a call touches, and who else does: what is nobody else's matter can be done before anybody else goes on.
//!
//! A call is its caller's own when nobody else who is still at work ever touches what it touches: whoever reads, nobody else writes it; whoever writes, nobody
//! else reads or writes it, and the books do not look at it. Letting it go at once leaves nothing out: whatever the others do
//! before it they can do after it, and nobody can tell the difference.
//!
//! What others will touch is learned. Whoever goes first relies upon what is known so far; when somebody is met who touches the same after
//! all, everything is explored again with that known. What was relied upon holds when an exploration comes to its end without that:
//! the first call that would break it waits, in some run, for its turn, because what went before it was explored.

use std::collections::{BTreeMap, BTreeSet};

use holdfast_local::engines::Position;
use holdfast_local::{Waiting, World};
use serde_json::Value;

use crate::books;
use crate::explore::actor;
use crate::stage::Error;

/// Where something lies: all items of a table, or of an index, that have this key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    table: String,
    /// `pk`; `gsi1pk`: the key's name is the index's.
    by: String,
    key: String,
}

/// What a call touches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touches {
    /// What it reads, and what it writes only on a condition.
    pub reads: BTreeSet<Place>,
    /// What it writes.
    pub writes: BTreeSet<Place>,
}

fn place(table: &Value, by: &str, key: &Value) -> Result<Place, Error> {
    let (table, key) = table.as_str().zip(key["S"].as_str()).ok_or("a call names no place")?;
    Ok(Place { table: table.to_owned(), by: by.to_owned(), key: key.to_owned() })
}

impl Touches {
    /// What a waiting call will touch. What it writes into indexes is known when it has ([`Before::written`]).
    pub fn of(call: &Waiting) -> Result<Self, Error> {
        let asked: Value = serde_json::from_slice(&call.asks).unwrap_or_default();
        let (mut reads, mut writes) = (BTreeSet::new(), BTreeSet::new());
        match call.what.as_str() {
            "GetItem" => drop(reads.insert(place(&asked["TableName"], "pk", &asked["Key"]["pk"])?)),
            "BatchGetItem" => {
                for (table, keys) in asked["RequestItems"].as_object().into_iter().flatten() {
                    for key in keys["Keys"].as_array().into_iter().flatten() {
                        reads.insert(place(&Value::from(table.as_str()), "pk", &key["pk"])?);
                    }
                }
            }
            "Query" => {
                let condition = asked["KeyConditionExpression"].as_str().unwrap_or_default();
                let (by, value) = condition
                    .split(" AND ")
                    .next()
                    .and_then(|first| first.split_once(" = "))
                    .ok_or(format!("nobody knows what is read by {condition:?}"))?;
                reads.insert(place(&asked["TableName"], by, &asked["ExpressionAttributeValues"][value])?);
            }
            "PutItem" => drop(writes.insert(place(&asked["TableName"], "pk", &asked["Item"]["pk"])?)),
            "UpdateItem" | "DeleteItem" => drop(writes.insert(place(&asked["TableName"], "pk", &asked["Key"]["pk"])?)),
            "TransactWriteItems" => {
                for item in asked["TransactItems"].as_array().into_iter().flatten() {
                    let (kind, what) = item.as_object().and_then(|one| one.iter().next()).ok_or("an empty action")?;
                    let key = if kind == "Put" { &what["Item"]["pk"] } else { &what["Key"]["pk"] };
                    let touched = if kind == "ConditionCheck" { &mut reads } else { &mut writes };
                    touched.insert(place(&what["TableName"], "pk", key)?);
                }
            }
            // Nobody of those who act reads a queue, and a parameter is never written.
            "SendMessage" | "GetParameter" => {}
            other => return Err(format!("nobody knows what {other} touches").into()),
        }
        Ok(Self { reads, writes })
    }

    fn conflicts(&self, other: &Self) -> bool {
        let meets = |ours: &BTreeSet<Place>, theirs: &BTreeSet<Place>| !ours.is_disjoint(theirs);
        meets(&self.writes, &other.writes) || meets(&self.writes, &other.reads) || meets(&self.reads, &other.writes)
    }
}

/// Where the streams of the tables that a call writes ended before it.
#[derive(Debug, Default)]
pub struct Before(BTreeMap<String, Position>);

impl Before {
    /// Looks at where they end now.
    pub fn of(world: &World, touches: &Touches) -> Result<Self, Error> {
        let tables: BTreeSet<&String> = touches.writes.iter().map(|place| &place.table).collect();
        let ends = tables.into_iter().map(|table| Ok((table.clone(), world.engines().dynamo.stream_end(table)?)));
        Ok(Self(ends.collect::<Result<_, Error>>()?))
    }

    /// Where it was written since: in tables, and in indexes, where an item was and where it is.
    pub fn written(&self, world: &World) -> Result<BTreeSet<Place>, Error> {
        const MANY: usize = 200;
        let mut written = BTreeSet::new();
        for (table, place) in &self.0 {
            for record in world.engines().dynamo.stream(table, *place, MANY)?.records {
                for image in ["OldImage", "NewImage"] {
                    let keys = record["dynamodb"][image].as_object().into_iter().flatten();
                    for (by, key) in keys.filter(|(by, _)| by.ends_with("pk")) {
                        written.insert(self::place(&Value::from(table.as_str()), by, key)?);
                    }
                }
            }
        }
        Ok(written)
    }
}

/// Who touches what, as far as that is known.
#[derive(Debug, Default)]
pub struct Known {
    /// The tables that the books look at.
    books: Vec<String>,
    /// The tables that make a state.
    state: Vec<String>,
    readers: BTreeMap<Place, BTreeSet<u32>>,
    writers: BTreeMap<Place, BTreeSet<u32>>,
    /// What was relied upon: that these do not write it, or that they do not touch it at all.
    unwritten: BTreeMap<Place, BTreeSet<u32>>,
    untouched: BTreeMap<Place, BTreeSet<u32>>,
    /// Whether somebody touched what was relied upon.
    pub broken: bool,
}

impl Known {
    /// Nothing is known yet.
    pub fn new(books: Vec<String>, state: Vec<String>) -> Self {
        Self { books, state, ..Self::default() }
    }

    /// Everything is explored again.
    pub fn restart(&mut self) {
        self.unwritten.clear();
        self.untouched.clear();
        self.broken = false;
    }

    /// The first of those who wait whose call is no matter of those others who are still at work. What is relied upon is kept.
    pub fn own(&mut self, waiting: &[Waiting], at_work: &BTreeSet<u32>) -> Result<Option<Waiting>, Error> {
        let touches = waiting.iter().map(Touches::of).collect::<Result<Vec<_>, _>>()?;
        for (call, touched) in waiting.iter().zip(&touches) {
            let Some(who) = call.strand.map(actor) else { continue };
            // Who asks for several at once must not be able to tell either.
            let siblings =
                waiting.iter().zip(&touches).filter(|(other, _)| other.strand == call.strand && *other != call);
            let others: BTreeSet<u32> = at_work.iter().copied().filter(|other| *other != who).collect();
            let by_none = |all: &BTreeMap<Place, BTreeSet<u32>>, place: &Place| {
                all.get(place).is_none_or(|all| all.is_disjoint(&others))
            };
            let is_unseen =
                |place: &Place| !self.books.contains(&place.table) || place.key.starts_with(books::COUNTERS);
            let is_own = siblings.map(|(_, sibling)| sibling).all(|sibling| !sibling.conflicts(touched))
                && touched.reads.iter().all(|place| by_none(&self.writers, place))
                && touched
                    .writes
                    .iter()
                    .all(|place| is_unseen(place) && by_none(&self.writers, place) && by_none(&self.readers, place));
            if is_own {
                for place in &touched.reads {
                    self.unwritten.entry(place.clone()).or_default().extend(&others);
                }
                for place in &touched.writes {
                    self.untouched.entry(place.clone()).or_default().extend(&others);
                }
                return Ok(Some(call.clone()));
            }
        }
        Ok(None)
    }

    /// Somebody touches this.
    pub fn learn(&mut self, who: u32, touches: &Touches) -> Result<(), Error> {
        let relied_upon =
            |all: &BTreeMap<Place, BTreeSet<u32>>, place: &Place| all.get(place).is_some_and(|all| all.contains(&who));
        for place in &touches.reads {
            self.broken |= relied_upon(&self.untouched, place);
            self.readers.entry(place.clone()).or_default().insert(who);
        }
        for place in &touches.writes {
            self.broken |= relied_upon(&self.untouched, place) || relied_upon(&self.unwritten, place);
            self.writers.entry(place.clone()).or_default().insert(who);
        }
        for place in touches.reads.union(&touches.writes) {
            let writers = self.writers.get(place).into_iter().flatten();
            let readers = self.readers.get(place).into_iter().flatten();
            let is_written = writers.clone().next().is_some();
            if is_written && writers.chain(readers).any(|other| *other != who) && !self.state.contains(&place.table) {
                return Err(format!("{place:?} is shared, and makes no state").into());
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::explore::TRIES;

    fn call(strand: u32, what: &str, asks: &Value) -> Waiting {
        let who = "F".to_owned();
        Waiting {
            nth: u64::from(strand),
            strand: Some(strand * TRIES),
            who,
            what: what.to_owned(),
            asks: asks.to_string().into(),
        }
    }

    fn get(strand: u32, table: &str, key: &str) -> Waiting {
        call(strand, "GetItem", &json!({"TableName": table, "Key": {"pk": {"S": key}, "sk": {"S": "X"}}}))
    }

    fn put(strand: u32, table: &str, key: &str) -> Waiting {
        call(strand, "PutItem", &json!({"TableName": table, "Item": {"pk": {"S": key}, "sk": {"S": "X"}}}))
    }

    fn known() -> Known {
        Known::new(vec!["stock".to_owned()], vec!["stock".to_owned(), "carts".to_owned()])
    }

    #[test]
    fn what_calls_touch_is_read_from_what_they_ask() -> Result<(), Error> {
        let at = |table: &str, by: &str, key: &str| Place {
            table: table.to_owned(),
            by: by.to_owned(),
            key: key.to_owned(),
        };
        let query = json!({"TableName": "stock", "IndexName": "gsi1", "KeyConditionExpression": "gsi1pk = :pk AND gsi1sk <= :until",
            "ExpressionAttributeValues": {":pk": {"S": "DUE#1"}, ":until": {"S": "now"}}});
        assert_eq!(Touches::of(&call(1, "Query", &query))?.reads, BTreeSet::from([at("stock", "gsi1pk", "DUE#1")]));
        let several = json!({"RequestItems": {"carts": {"Keys": [{"pk": {"S": "A"}}, {"pk": {"S": "B"}}]}}});
        let touched = Touches::of(&call(1, "BatchGetItem", &several))?;
        assert_eq!(touched.reads, BTreeSet::from([at("carts", "pk", "A"), at("carts", "pk", "B")]));
        let transaction = json!({"TransactItems": [
            {"Put": {"TableName": "orders", "Item": {"pk": {"S": "O"}}}},
            {"Update": {"TableName": "stock", "Key": {"pk": {"S": "S"}}}},
            {"ConditionCheck": {"TableName": "catalog", "Key": {"pk": {"S": "C"}}}},
        ]});
        let touched = Touches::of(&call(1, "TransactWriteItems", &transaction))?;
        assert_eq!(touched.writes, BTreeSet::from([at("orders", "pk", "O"), at("stock", "pk", "S")]));
        assert_eq!(touched.reads, BTreeSet::from([at("catalog", "pk", "C")]));
        assert!(Touches::of(&call(1, "Scan", &json!({"TableName": "stock"}))).is_err());
        Ok(())
    }

    #[test]
    fn who_is_met_by_nobody_goes_first_and_who_is_met_after_all_breaks_it() -> Result<(), Error> {
        let mut known = known();
        let all = BTreeSet::from([1, 2, 3]);
        let (one, other) = (get(1, "carts", "A"), put(2, "stock", "S"));
        assert_eq!(
            known.own(&[other.clone(), one.clone()], &all)?,
            Some(one),
            "what the books look at is nobody's own"
        );
        known.learn(2, &Touches::of(&get(2, "carts", "A"))?)?;
        assert!(!known.broken, "two may read");
        known.learn(1, &Touches::of(&put(1, "carts", "A"))?)?;
        assert!(!known.broken, "who reads may write");
        known.learn(2, &Touches::of(&put(2, "carts", "A"))?)?;
        assert!(known.broken);
        known.restart();
        assert!(!known.broken);
        let waiting = [get(1, "carts", "A"), get(3, "carts", "A"), put(1, "carts", "A"), other];
        assert_eq!(known.own(&waiting, &all)?, None);
        let left = BTreeSet::from([1, 3]);
        assert_eq!(
            known.own(&[get(1, "carts", "A")], &left)?,
            Some(get(1, "carts", "A")),
            "who is done does nothing more"
        );
        known.learn(2, &Touches::of(&put(2, "carts", "A"))?)?;
        assert!(!known.broken, "who is done was not relied upon");
        Ok(())
    }

    #[test]
    fn whose_own_call_is_met_by_a_sibling_waits() -> Result<(), Error> {
        let mut known = known();
        assert_eq!(known.own(&[get(1, "carts", "A"), put(1, "carts", "A")], &BTreeSet::from([1, 2]))?, None);
        Ok(())
    }

    #[test]
    fn what_is_shared_makes_a_state() -> Result<(), Error> {
        let mut known = known();
        known.learn(1, &Touches::of(&put(1, "counters", "A"))?)?;
        known.learn(1, &Touches::of(&get(1, "counters", "A"))?)?;
        assert!(known.learn(2, &Touches::of(&get(2, "counters", "A"))?).is_err());
        Ok(())
    }
}
