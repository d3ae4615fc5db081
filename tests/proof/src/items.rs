//! Items of the tables, as plain JSON.

use std::collections::BTreeMap;

use holdfast_local::{EngineError, World};
use serde_json::{Map, Value, json};

/// DynamoDB's JSON as plain JSON. Numbers are whole: there are no others in the shop's items.
pub fn plain(item: &Value) -> Value {
    let fields = item.as_object().into_iter().flatten();
    Value::Object(fields.map(|(name, value)| (name.clone(), attribute(value))).collect::<Map<_, _>>())
}

fn attribute(value: &Value) -> Value {
    let Some((kind, inner)) = value.as_object().and_then(|one| one.iter().next()) else { return Value::Null };
    match kind.as_str() {
        "N" => inner.as_str().and_then(|number| number.parse::<i64>().ok()).map_or(Value::Null, |number| json!(number)),
        "M" => plain(inner),
        "L" => Value::Array(inner.as_array().into_iter().flatten().map(attribute).collect()),
        "NULL" => Value::Null,
        _ => inner.clone(),
    }
}

/// The name of the table that the template calls so.
pub fn table<'a>(world: &'a World, logical_id: &str) -> &'a str {
    world.stack().tables.iter().find(|table| table.logical_id == logical_id).map_or("", |table| table.name.as_str())
}

/// All items of a table, by what they are.
pub fn by_entity(world: &World, logical_id: &str) -> Result<BTreeMap<String, Vec<Value>>, EngineError> {
    let mut all: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for item in world.engines().dynamo.items(table(world, logical_id))? {
        let item = plain(&item);
        all.entry(text(&item, "entity").to_owned()).or_default().push(item);
    }
    Ok(all)
}

/// A text of an item; empty when it has none.
pub fn text<'a>(item: &'a Value, name: &str) -> &'a str {
    item.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// A number of an item; nothing when it has none.
pub fn number(item: &Value, name: &str) -> i64 {
    item.get(name).and_then(Value::as_i64).unwrap_or_default()
}

/// The entries of an item's list.
pub fn list<'a>(item: &'a Value, name: &str) -> &'a [Value] {
    item.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_plain() {
        let item =
            json!({"a": {"S": "x"}, "n": {"N": "-5"}, "l": {"L": [{"M": {"b": {"BOOL": true}}}]}, "z": {"NULL": true}});
        assert_eq!(plain(&item), json!({"a": "x", "n": -5, "l": [{"b": true}], "z": null}));
    }
}
