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

/// Where something lies, or is looked for: what has this key in a table or in an index, from one place of its order to another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    table: String,
    /// `pk`; `gsi1pk`: the key's name is the index's.
    by: String,
    key: String,
    from: String,
    to: String,
}

/// What no sort key comes after.
const LAST: &str = "\u{10ffff}";

/// What a call touches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touches {
    /// What it reads, and what it writes only on a condition.
    pub reads: BTreeSet<Place>,
    /// What it writes.
    pub writes: BTreeSet<Place>,
}

fn table(asked: &Value) -> Result<&str, Error> {
    Ok(asked["TableName"].as_str().ok_or("a call names no table")?)
}

/// Where an item is that has these keys.
fn at(table: &str, by: &str, keys: &Value) -> Result<Place, Error> {
    let sort = by.replace("pk", "sk");
    let (key, at) =
        keys[by]["S"].as_str().zip(keys[&sort]["S"].as_str()).ok_or(format!("nobody knows where {keys} is"))?;
    Ok(Place {
        table: table.to_owned(),
        by: by.to_owned(),
        key: key.to_owned(),
        from: at.to_owned(),
        to: at.to_owned(),
    })
}

/// Where a query looks.
fn looked_for(asked: &Value) -> Result<Place, Error> {
    let condition = asked["KeyConditionExpression"].as_str().unwrap_or_default();
    let unknown = || format!("nobody knows what is read by {condition:?}");
    let values = &asked["ExpressionAttributeValues"];
    let value = |name: &str| values[name]["S"].as_str().map(str::to_owned).ok_or_else(unknown);
    let (first, second) =
        condition.split_once(" AND ").map_or((condition, None), |(first, second)| (first, Some(second)));
    let (by, key) = first.split_once(" = ").ok_or_else(unknown)?;
    let (from, to) = match second {
        None => (String::new(), LAST.to_owned()),
        Some(second) => match *second.split([' ', ',', ')', '(']).filter(|word| !word.is_empty()).collect::<Vec<_>>() {
            [_, "<=", until] => (String::new(), value(until)?),
            [_, "BETWEEN", since, "AND", until] => (value(since)?, value(until)?),
            ["begins_with", _, prefix] => (value(prefix)?, value(prefix)? + LAST),
            _ => return Err(unknown().into()),
        },
    };
    Ok(Place { table: table(asked)?.to_owned(), by: by.to_owned(), key: value(key)?, from, to })
}

impl Place {
    fn is_beside(&self, other: &Self) -> bool {
        (&self.table, &self.by, &self.key) == (&other.table, &other.by, &other.key)
    }

    /// Whether something may lie in both.
    fn meets(&self, other: &Self) -> bool {
        self.is_beside(other) && self.from <= other.to && other.from <= self.to
    }

    /// What is kept of the places that meet this one.
    fn of<'a, T>(&'a self, all: &'a BTreeMap<Self, T>) -> impl Iterator<Item = &'a T> {
        let first = Self { from: String::new(), to: String::new(), ..self.clone() };
        let beside = all.range(first..).take_while(|(other, _)| self.is_beside(other));
        beside.filter(|(other, _)| self.meets(other)).map(|(_, kept)| kept)
    }
}

impl Touches {
    /// What a waiting call will touch. What it writes into indexes is known when it has ([`Before::written`]).
    pub fn of(call: &Waiting) -> Result<Self, Error> {
        let asked: Value = serde_json::from_slice(&call.asks).unwrap_or_default();
        let (mut reads, mut writes) = (BTreeSet::new(), BTreeSet::new());
        match call.what.as_str() {
            "GetItem" => drop(reads.insert(at(table(&asked)?, "pk", &asked["Key"])?)),
            "BatchGetItem" => {
                for (table, keys) in asked["RequestItems"].as_object().into_iter().flatten() {
                    for key in keys["Keys"].as_array().into_iter().flatten() {
                        reads.insert(at(table, "pk", key)?);
                    }
                }
            }
            "Query" => drop(reads.insert(looked_for(&asked)?)),
            "PutItem" => drop(writes.insert(at(table(&asked)?, "pk", &asked["Item"])?)),
            "UpdateItem" | "DeleteItem" => drop(writes.insert(at(table(&asked)?, "pk", &asked["Key"])?)),
            "TransactWriteItems" => {
                for item in asked["TransactItems"].as_array().into_iter().flatten() {
                    let (kind, what) = item.as_object().and_then(|one| one.iter().next()).ok_or("an empty action")?;
                    let keys = if kind == "Put" { &what["Item"] } else { &what["Key"] };
                    let touched = if kind == "ConditionCheck" { &mut reads } else { &mut writes };
                    touched.insert(at(table(what)?, "pk", keys)?);
                }
            }
            // Nobody of those who act reads a queue, and a parameter is never written.
            "SendMessage" | "GetParameter" => {}
            other => return Err(format!("nobody knows what {other} touches").into()),
        }
        Ok(Self { reads, writes })
    }

    /// Whether it makes a difference which of them is first.
    pub fn conflicts(&self, other: &Self) -> bool {
        let meets = |ours: &BTreeSet<Place>, theirs: &BTreeSet<Place>| {
            ours.iter().any(|place| theirs.iter().any(|other| place.meets(other)))
        };
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
                    let item = &record["dynamodb"][image];
                    for (by, _) in item.as_object().into_iter().flatten().filter(|(by, _)| by.ends_with("pk")) {
                        written.insert(at(table, by, item)?);
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
            let by_none =
                |all: &BTreeMap<Place, BTreeSet<u32>>, place: &Place| place.of(all).all(|who| who.is_disjoint(&others));
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
            |all: &BTreeMap<Place, BTreeSet<u32>>, place: &Place| place.of(all).any(|all| all.contains(&who));
        for place in &touches.reads {
            self.broken |= relied_upon(&self.untouched, place);
            self.readers.entry(place.clone()).or_default().insert(who);
        }
        for place in &touches.writes {
            self.broken |= relied_upon(&self.untouched, place) || relied_upon(&self.unwritten, place);
            self.writers.entry(place.clone()).or_default().insert(who);
        }
        for place in touches.reads.union(&touches.writes) {
            let is_written = place.of(&self.writers).next().is_some();
            let mut all = place.of(&self.writers).chain(place.of(&self.readers)).flatten();
            if is_written && all.any(|other| *other != who) && !self.state.contains(&place.table) {
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

    fn keys(key: &str) -> Value {
        json!({"pk": {"S": key}, "sk": {"S": "X"}})
    }

    fn place(table: &str, key: &str) -> Place {
        let (table, by, key) = (table.to_owned(), "pk".to_owned(), key.to_owned());
        Place { table, by, key, from: "X".to_owned(), to: "X".to_owned() }
    }

    fn get(strand: u32, table: &str, key: &str) -> Waiting {
        call(strand, "GetItem", &json!({"TableName": table, "Key": keys(key)}))
    }

    fn put(strand: u32, table: &str, key: &str) -> Waiting {
        call(strand, "PutItem", &json!({"TableName": table, "Item": keys(key)}))
    }

    fn known() -> Known {
        Known::new(vec!["stock".to_owned()], vec!["stock".to_owned(), "carts".to_owned()])
    }

    #[test]
    fn what_calls_touch_is_read_from_what_they_ask() -> Result<(), Error> {
        let several = json!({"RequestItems": {"carts": {"Keys": [keys("A"), keys("B")]}}});
        let touched = Touches::of(&call(1, "BatchGetItem", &several))?;
        assert_eq!(touched.reads, BTreeSet::from([place("carts", "A"), place("carts", "B")]));
        let transaction = json!({"TransactItems": [
            {"Put": {"TableName": "orders", "Item": keys("O")}},
            {"Update": {"TableName": "stock", "Key": keys("S")}},
            {"ConditionCheck": {"TableName": "catalog", "Key": keys("C")}},
        ]});
        let touched = Touches::of(&call(1, "TransactWriteItems", &transaction))?;
        assert_eq!(touched.writes, BTreeSet::from([place("orders", "O"), place("stock", "S")]));
        assert_eq!(touched.reads, BTreeSet::from([place("catalog", "C")]));
        assert!(Touches::of(&call(1, "Scan", &json!({"TableName": "stock"}))).is_err());
        assert!(Touches::of(&call(1, "GetItem", &json!({"Key": keys("A")}))).is_err(), "of no table");
        assert!(Touches::of(&call(1, "GetItem", &json!({"TableName": "stock", "Key": {"pk": {"S": "A"}}}))).is_err());
        Ok(())
    }

    #[test]
    fn who_looks_for_what_is_due_is_met_by_what_is_due_alone() -> Result<(), Error> {
        let looks = |condition: &str| {
            let values =
                json!({":pk": {"S": "DUE"}, ":since": {"S": "2"}, ":until": {"S": "5"}, ":prefix": {"S": "3"}});
            let asks = json!({"TableName": "t", "IndexName": "gsi1", "KeyConditionExpression": condition,
                "ExpressionAttributeValues": values});
            Touches::of(&call(1, "Query", &asks))
        };
        let met = |condition: &str| -> Result<Vec<&str>, Error> {
            let seen = looks(condition)?;
            let written = |key: &str| at("t", "gsi1pk", &json!({"gsi1pk": {"S": "DUE"}, "gsi1sk": {"S": key}}));
            let mut met = Vec::new();
            for key in ["1", "2", "3", "31", "4", "5", "51", "6"] {
                let writes = Touches { writes: BTreeSet::from([written(key)?]), ..Touches::default() };
                let known = BTreeMap::from([(written(key)?, ())]);
                let meets = seen.conflicts(&writes);
                assert_eq!(
                    seen.reads.iter().any(|place| place.of(&known).next().is_some()),
                    meets,
                    "{condition} {key}"
                );
                met.extend(meets.then_some(key));
            }
            Ok(met)
        };
        assert_eq!(met("gsi1pk = :pk")?, ["1", "2", "3", "31", "4", "5", "51", "6"]);
        assert_eq!(met("gsi1pk = :pk AND gsi1sk <= :until")?, ["1", "2", "3", "31", "4", "5"]);
        assert_eq!(met("gsi1pk = :pk AND gsi1sk BETWEEN :since AND :until")?, ["2", "3", "31", "4", "5"]);
        assert_eq!(met("gsi1pk = :pk AND begins_with(gsi1sk, :prefix)")?, ["3", "31"]);
        assert!(looks("gsi1pk = :pk AND gsi1sk > :since").is_err());
        assert!(looks("gsi1pk = :pk AND gsi1sk <= :nothing").is_err());
        let elsewhere = Touches {
            writes: BTreeSet::from([at("t", "gsi1pk", &json!({"gsi1pk": {"S": "DUE#1"}, "gsi1sk": {"S": "3"}}))?]),
            ..Touches::default()
        };
        assert!(!looks("gsi1pk = :pk")?.conflicts(&elsewhere));
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
