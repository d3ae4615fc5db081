//! What in a new version of the API would break those who use the old one.
//!
//! Both versions are OpenAPI documents. Answers may say more than before and requests may leave more out; never the
//! other way round. `/v2/...` is the place for everything that this refuses.

mod schema;

use std::collections::BTreeSet;

use schema::{Comparison, Direction};
use serde_json::Value;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// Every break, by operation and place; nothing when those who use `released` can use `current`.
pub fn breaks(released: &Value, current: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for (path, item) in fields(&released["paths"]) {
        for method in METHODS {
            let Some(old) = item.get(method) else { continue };
            let name = format!("{} {path}", method.to_uppercase());
            match current["paths"][path].get(method) {
                Some(new) => Operation { name, old, new, released, current }.breaks(&mut found),
                None => found.push(format!("{name} is gone")),
            }
        }
    }
    found
}

struct Operation<'a> {
    name: String,
    old: &'a Value,
    new: &'a Value,
    released: &'a Value,
    current: &'a Value,
}

impl Operation<'_> {
    fn breaks(&self, found: &mut Vec<String>) {
        let before = found.len();
        self.security(found);
        self.parameters(found);
        self.request(found);
        self.responses(found);
        for line in found.iter_mut().skip(before) {
            *line = format!("{}: {line}", self.name);
        }
    }

    /// Whom an operation admits is part of what it promises, either way: those who call it, and those whose data it is.
    fn security(&self, found: &mut Vec<String>) {
        let of = |document: &Value, operation: &Value| {
            operation.get("security").or_else(|| document.get("security")).cloned().unwrap_or_default()
        };
        let (old, new) = (of(self.released, self.old), of(self.current, self.new));
        if old != new {
            found.push(format!("its security was {old} and is {new}"));
        }
    }

    fn parameters(&self, found: &mut Vec<String>) {
        for new in items(&self.new["parameters"]) {
            let (place, name) = named(new);
            let old = items(&self.old["parameters"]).find(|old| named(old) == named(new));
            if new["required"] == true && old.is_none_or(|old| old["required"] != true) {
                found.push(format!("the {place} parameter {name} must be given now"));
            }
        }
        for old in items(&self.old["parameters"]) {
            let (place, name) = named(old);
            match items(&self.new["parameters"]).find(|new| named(old) == named(new)) {
                None => found.push(format!("the {place} parameter {name} is not taken any more")),
                Some(new) => {
                    let place = format!("the {place} parameter {name}");
                    self.compare(Direction::Request, &place, &old["schema"], &new["schema"], found);
                }
            }
        }
    }

    fn request(&self, found: &mut Vec<String>) {
        let (old, new) = (&self.old["requestBody"], &self.new["requestBody"]);
        if new["required"] == true && old["required"] != true {
            found.push("a body must be sent now".to_owned());
        }
        for (kind, content) in fields(&old["content"]) {
            match new["content"].get(kind) {
                None => found.push(format!("a body of {kind} is not taken any more")),
                Some(new) => self.compare(Direction::Request, "the body", &content["schema"], &new["schema"], found),
            }
        }
    }

    /// Errors may come and go, because a client must live with any; successes stay what they were.
    fn responses(&self, found: &mut Vec<String>) {
        let successes = |operation: &Value| -> BTreeSet<String> {
            let all = fields(&operation["responses"]).map(|(status, _)| status.clone());
            all.filter(|status| status.starts_with(['2', '3'])).collect()
        };
        let (old, new) = (successes(self.old), successes(self.new));
        found.extend(old.difference(&new).map(|status| format!("the answer {status} is gone")));
        if old.iter().all(|status| new.contains(status)) {
            found.extend(new.difference(&old).map(|status| format!("the answer {status} is new")));
        }
        for (status, old) in fields(&self.old["responses"]) {
            let Some(new) = self.new["responses"].get(status) else { continue };
            let gone = fields(&old["headers"]).filter(|(name, _)| new["headers"].get(name.as_str()).is_none());
            found.extend(gone.map(|(name, _)| format!("the answer {status} has no header {name} any more")));
            for (kind, content) in fields(&old["content"]) {
                match new["content"].get(kind) {
                    None => found.push(format!("the answer {status} is not {kind} any more")),
                    Some(new) => {
                        let place = format!("the answer {status}");
                        self.compare(Direction::Response, &place, &content["schema"], &new["schema"], found);
                    }
                }
            }
        }
    }

    fn compare(&self, direction: Direction, place: &str, old: &Value, new: &Value, found: &mut Vec<String>) {
        let comparison = Comparison::new(direction, self.released, self.current);
        found.extend(comparison.breaks(old, new).into_iter().map(|(at, wrong)| match at.as_str() {
            "" => format!("{place} {wrong}"),
            at => format!("{at} of {place} {wrong}"),
        }));
    }
}

/// A parameter's place and name.
fn named(parameter: &Value) -> (&str, &str) {
    let text = |name: &str| parameter[name].as_str().unwrap_or_default();
    (text("in"), text("name"))
}

fn fields(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

#[cfg(test)]
mod tests;
