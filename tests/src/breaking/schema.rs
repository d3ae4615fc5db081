//! What in a new schema would break those who know the old one.

use std::collections::BTreeSet;

use serde_json::Value;

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

/// The pairs of named schemas that are being compared already: a tree's branches are trees.
type Path<'a> = Vec<(&'a str, &'a str)>;

impl<'a> Comparison<'a> {
    pub(super) fn new(direction: Direction, released: &'a Value, current: &'a Value) -> Self {
        Self { direction, released, current }
    }

    pub(super) fn breaks(&self, old: &'a Value, new: &'a Value) -> Vec<Break> {
        self.compare("", old, new, &Path::new())
    }

    fn compare(&self, at: &str, old: &'a Value, new: &'a Value, path: &Path<'a>) -> Vec<Break> {
        let (old, new) = (Shape::all(old, self.released), Shape::all(new, self.current));
        let mut found = Vec::new();
        // Every alternative that is written must be one that is read; the closest says what is wrong with it.
        match self.direction {
            Direction::Request => {
                for old in &old {
                    let attempts = new.iter().map(|new| self.shape(at, old, new, path));
                    found.extend(attempts.min_by_key(Vec::len).unwrap_or_default());
                }
            }
            Direction::Response => {
                for new in &new {
                    let attempts = old.iter().map(|old| self.shape(at, old, new, path));
                    found.extend(attempts.min_by_key(Vec::len).unwrap_or_default());
                }
            }
        }
        found
    }

    fn shape(&self, at: &str, old: &Shape<'a>, new: &Shape<'a>, path: &Path<'a>) -> Vec<Break> {
        let mut path = path.clone();
        if let (Some(old), Some(new)) = (old.name, new.name) {
            if path.contains(&(old, new)) {
                return Vec::new();
            }
            path.push((old, new));
        }
        let (written, read) = match self.direction {
            Direction::Request => (old, new),
            Direction::Response => (new, old),
        };
        if !written.is_read_by(read) {
            return vec![(at.to_owned(), format!("was {} and is {}", old.kind_in_words(), new.kind_in_words()))];
        }
        let mut found: Vec<_> = self.values(old, new).into_iter().map(|says| (at.to_owned(), says)).collect();
        found.extend(self.properties(at, old, new, &path));
        for part in ["items", "additionalProperties"] {
            if let (Some(old @ Value::Object(_)), Some(new @ Value::Object(_))) = (old.get(part), new.get(part)) {
                found.extend(self.compare(&format!("{at}/*"), old, new, &path));
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
        match (old.get("enum"), new.get("enum")) {
            (Some(old), Some(new)) => {
                let refused = items(old).filter(|value| !items(new).any(|choice| choice == *value));
                found.extend(refused.map(|value| format!("is refused when it is {value}")));
            }
            (None, Some(new)) => found.push(format!("was anything and is one of {new}")),
            (_, None) => {}
        }
        let tighter = |limit: &str, lower_admits_more: bool| match (old.get(limit), new.get(limit)) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(old), Some(new)) if lower_admits_more => new.as_f64() > old.as_f64(),
            (Some(old), Some(new)) => new.as_f64() < old.as_f64(),
        };
        let least = LEAST.into_iter().filter(|limit| tighter(limit, true));
        let most = MOST.into_iter().filter(|limit| tighter(limit, false));
        found.extend(least.chain(most).map(|limit| format!("has a tighter {limit}")));
        if new.get("pattern").is_some() && new.get("pattern") != old.get("pattern") {
            found.push("has another pattern".to_owned());
        }
        found
    }

    fn properties(&self, at: &str, old: &Shape<'a>, new: &Shape<'a>, path: &Path<'a>) -> Vec<Break> {
        let mut found = Vec::new();
        for (name, was) in old.properties() {
            let at = format!("{at}/{name}");
            match (new.property(name), self.direction) {
                (Some(is), _) => found.extend(self.compare(&at, was, is, path)),
                (None, Direction::Response) => found.push((at, "is gone".to_owned())),
                (None, Direction::Request) => found.push((at, "is not taken any more".to_owned())),
            }
        }
        let (was, is) = (old.required(), new.required());
        let (names, says) = match self.direction {
            Direction::Request => (is.difference(&was), "must be sent now"),
            Direction::Response => (was.difference(&is), "may be missing now"),
        };
        // One that is gone has been told of.
        let there = names.filter(|name| new.property(name).is_some());
        found.extend(there.map(|name| (format!("{at}/{name}"), says.to_owned())));
        found
    }
}

/// A schema of one type, with the references and parts that make it up resolved.
#[derive(Clone)]
struct Shape<'a> {
    name: Option<&'a str>,
    /// Of the several types that the schema may list, the one that this is.
    kind: Option<&'a str>,
    parts: Vec<&'a Value>,
}

impl<'a> Shape<'a> {
    /// All that a schema of `document` may be.
    fn all(schema: &'a Value, document: &'a Value) -> Vec<Self> {
        if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
            let target = name.strip_prefix('#').and_then(|pointer| document.pointer(pointer)).unwrap_or(&Value::Null);
            let all = Self::all(target, document);
            return all.into_iter().map(|shape| Self { name: shape.name.or(Some(name)), ..shape }).collect();
        }
        for choice in ["oneOf", "anyOf"] {
            if let Some(choices) = schema.get(choice) {
                return items(choices).flat_map(|choice| Self::all(choice, document)).collect();
            }
        }
        let mut all = vec![Self { name: None, kind: None, parts: vec![schema] }];
        if let Some(kinds @ Value::Array(_)) = schema.get("type") {
            let kinds = items(kinds).filter_map(Value::as_str);
            all = kinds.map(|kind| Self { name: None, kind: Some(kind), parts: vec![schema] }).collect();
        }
        for part in schema.get("allOf").into_iter().flat_map(items) {
            let choices = Self::all(part, document);
            let joined = |shape: &Self| -> Vec<Self> {
                choices
                    .iter()
                    .map(|part| Self { parts: [&*shape.parts, &*part.parts].concat(), ..shape.clone() })
                    .collect()
            };
            all = all.iter().flat_map(joined).collect();
        }
        all
    }

    fn get(&self, rule: &str) -> Option<&'a Value> {
        self.parts.iter().find_map(|part| part.get(rule))
    }

    fn kind(&self) -> Option<&'a str> {
        let kind = self.kind.or_else(|| self.get("type").and_then(Value::as_str));
        kind.or_else(|| self.get("properties").map(|_| "object"))
    }

    fn kind_in_words(&self) -> String {
        match (self.kind(), self.get("format").and_then(Value::as_str)) {
            (None, _) => "anything".to_owned(),
            (Some(kind), Some(format)) if kind != "null" => format!("{kind} ({format})"),
            (Some(kind), _) => kind.to_owned(),
        }
    }

    /// Whether a reader who expects the one type can read the other.
    fn is_read_by(&self, reader: &Self) -> bool {
        let Some(read) = reader.kind() else { return true };
        let Some(written) = self.kind() else { return false };
        let format = reader.get("format");
        (written, read) == ("integer", "number")
            || written == read && (format.is_none() || written == "null" || format == self.get("format"))
    }

    fn properties(&self) -> impl Iterator<Item = (&'a String, &'a Value)> {
        self.parts.iter().filter_map(|part| part.get("properties")).flat_map(fields)
    }

    fn property(&self, name: &str) -> Option<&'a Value> {
        self.parts.iter().find_map(|part| part.get("properties")?.get(name))
    }

    fn required(&self) -> BTreeSet<&'a str> {
        self.parts.iter().filter_map(|part| part.get("required")).flat_map(items).filter_map(Value::as_str).collect()
    }
}
