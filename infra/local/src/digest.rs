//! Digests of JSON, for telling whether two are the same.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::Value;

/// The same for the same content, also of texts that are JSON themselves: what is sent to a queue or a bus. Lists are sets where
/// their order says nothing: what a batch asks for, and what it is answered.
pub(crate) fn hash(value: &Value, sets: bool, hasher: &mut DefaultHasher) {
    match value {
        Value::Object(fields) => {
            let sorted: BTreeMap<&String, &Value> = fields.iter().collect();
            sorted.len().hash(hasher);
            for (name, field) in sorted {
                name.hash(hasher);
                hash(field, sets, hasher);
            }
        }
        Value::Array(items) => {
            items.len().hash(hasher);
            if !sets {
                return items.iter().for_each(|item| hash(item, sets, hasher));
            }
            let each = items.iter().map(|item| {
                let mut own = DefaultHasher::new();
                hash(item, sets, &mut own);
                own.finish()
            });
            each.fold(0_u64, u64::wrapping_add).hash(hasher);
        }
        Value::String(text) if text.starts_with('{') => match serde_json::from_str::<Value>(text) {
            Ok(inner) => hash(&inner, sets, hasher),
            Err(_) => text.hash(hasher),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.hash(hasher),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_says_the_same_is_the_same() {
        let of = |value: &Value, sets: bool| {
            let mut hasher = DefaultHasher::new();
            hash(value, sets, &mut hasher);
            hasher.finish()
        };
        let [one, other] =
            [json!({"a": [1, 2], "b": "{\"c\":1,\"d\":2}"}), json!({"b": "{\"d\":2,\"c\":1}", "a": [1, 2]})];
        assert_eq!(of(&one, false), of(&other, false));
        let [one, other] = [json!([1, 2]), json!([2, 1])];
        assert_ne!(of(&one, false), of(&other, false));
        assert_eq!(of(&one, true), of(&other, true));
        assert_ne!(of(&one, true), of(&json!([1, 1]), true));
    }
}
