//! What in a new schema would break those who know the old one.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{fields, items};

/// Who writes what the schema describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    /// The client: what it may send today it may send tomorrow.
    Request,
    /// We: what a client reads today it finds tomorrow.
    Response,
}

/// Limits of which a lower value admits more, and those of which a higher one does.
const LEAST: [&str; 3] = ["minimum", "minLength", "minItems"];
const MOST: [&str; 3] = ["maximum", "maxLength", "maxItems"];

/// A schema's place, as a JSON pointer, and what is wrong there.
pub(super) type Break = (String, String);

pub(super) struct Comparison<'a> {
    direction: Direction,
    released: &'a Value,
    current: &'a Value,
}

/// A pair of schemas that is being compared already, by the references that led to it.
type Path<'a> = Vec<(&'a str, &'a str)>;

impl<'a> Comparison<'a> {
    pub(super) fn new(direction: Direction, released: &'a Value, current: &'a Value) -> Self {
        Self { direction, released, current }
    }

    pub(super) fn breaks(&self, old: &'a Value, new: &'a Value) -> Vec<Break> {
        self.compare("", old, new, &Path::new())
    }

    fn compare(&self, at: &str, old: &'a Value, new: &'a Value, path: &Path<'a>) -> Vec<Break> {
        let mut path = path.clone();
        if let (Some(old), Some(new)) = (reference(old), reference(new)) {
            if path.contains(&(old, new)) {
                return Vec::new();
            }
            path.push((old, new));
        }
        let (old, new) = (alternatives(old, self.released), alternatives(new, self.current));
        // Every value that is written must be one that is read.
        let (written, read) = match self.direction {
            Direction::Request => (&old, &new),
            Direction::Response => (&new, &old),
        };
        let mut found = Vec::new();
        for written in written {
            let attempts = read.iter().map(|read| match self.direction {
                Direction::Request => self.shape(at, written, read, &path),
                Direction::Response => self.shape(at, read, written, &path),
            });
            found.extend(attempts.min_by_key(Vec::len).unwrap_or_default());
        }
        found
    }

    /// Compares two schemas that have no alternatives.
    fn shape(&self, at: &str, old: &Shape<'a>, new: &Shape<'a>, path: &Path<'a>) -> Vec<Break> {
        let wrong = |says: String| (at.to_owned(), says);
        let (was, is) = (old.kind(), new.kind());
        let widened = |narrow: &str, wide: &str| wide == "anything" || (narrow, wide) == ("integer", "number");
        let fits = match self.direction {
            Direction::Request => was == is || widened(&was, &is),
            Direction::Response => was == is || widened(&is, &was),
        };
        if !fits {
            return vec![wrong(format!("was {was} and is {is}"))];
        }
        let mut found: Vec<_> = self.values(old, new).into_iter().map(wrong).collect();
        found.extend(self.properties(at, old, new, path));
        for part in ["items", "additionalProperties"] {
            if let (Some(old @ Value::Object(_)), Some(new @ Value::Object(_))) = (old.get(part), new.get(part)) {
                found.extend(self.compare(&format!("{at}/*"), old, new, path));
            }
        }
        found
    }

    fn values(&self, old: &Shape<'_>, new: &Shape<'_>) -> Vec<String> {
        if self.direction == Direction::Response {
            // A new value of a choice is something new to read, which clients are told to expect.
            return Vec::new();
        }
        let mut found = Vec::new();
        let accepts = |value: &Value| new.get("enum").is_none_or(|choices| items(choices).any(|choice| choice == value));
        let refused = old.get("enum").into_iter().flat_map(items).filter(|value| !accepts(value));
        found.extend(refused.map(|value| format!("is refused when it is {value}")));
        if let (None, Some(choices)) = (old.get("enum"), new.get("enum")) {
            found.push(format!("was anything and is one of {choices}"));
        }
        let tighter = |limit: &str, lower_admits_more: bool| match (old.get(limit), new.get(limit)) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(old), Some(new)) if lower_admits_more => new.as_f64() > old.as_f64(),
            (Some(old), Some(new)) => new.as_f64() < old.as_f64(),
        };
        let tightened = LEAST.into_iter().filter(|limit| tighter(limit, true));
        let tightened = tightened.chain(MOST.into_iter().filter(|limit| tighter(limit, false)));
        found.extend(tightened.map(|limit| format!("has a tighter {limit}")));
        if new.get("pattern").is_some() && new.get("pattern") != old.get("pattern") {
            found.push("has another pattern".to_owned());
        }
        found
    }

    fn properties(&self, at: &str, old: &Shape<'a>, new: &Shape<'a>, path: &Path<'a>) -> Vec<Break> {
        let mut found = Vec::new();
        for (name, was) in &old.properties {
            let at = format!("{at}/{name}");
            match (new.property(name), self.direction) {
                (Some(is), _) => found.extend(self.compare(&at, was, is, path)),
                (None, Direction::Response) => found.push((at, "is gone".to_owned())),
                (None, Direction::Request) => found.push((at, "is not taken any more".to_owned())),
            }
        }
        let (stricter, looser, says) = match self.direction {
            Direction::Request => (new, old, "must be sent now"),
            Direction::Response => (old, new, "may be missing now"),
        };
        // One that is gone has been told of.
        let there = |name: &&String| looser.property(name).is_some() || self.direction == Direction::Request;
        let loose = stricter.required.difference(&looser.required).filter(there);
        found.extend(loose.map(|name| (format!("{at}/{name}"), says.to_owned())));
        found
    }
}

/// A schema without references, alternatives and parts.
struct Shape<'a> {
    rules: Map<String, Value>,
    properties: Vec<(&'a String, &'a Value)>,
    required: BTreeSet<String>,
}

impl<'a> Shape<'a> {
    fn get(&self, rule: &str) -> Option<&'a Value> {
        // The rules that are looked at stand in the schema itself, not in what was made of it.
        self.origin(rule)
    }
}
