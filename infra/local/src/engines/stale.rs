//! Indexes that lag behind: a Query of one, answered as it was a while ago.

use std::collections::BTreeMap;
use std::time::Duration;

use rusqlite::params;
use serde_json::{Map, Value};

use super::dynamo::Dynamo;
use super::{EngineError, held, text};

/// What of a Query says which items it wants.
struct Wanted<'a> {
    pk: &'a str,
    sk: String,
    partition: &'a str,
    values: &'a Value,
}

impl<'a> Wanted<'a> {
    /// As `shared/dynamo` words it: `gsi1pk = :pk`, and of the other key a prefix, a range or an end. None of anything else.
    fn of(query: &'a Value) -> Option<Self> {
        let condition = text(query, "KeyConditionExpression")?;
        let (pk, _) = condition.split_once(" = :pk")?;
        let values = &query["ExpressionAttributeValues"];
        let sk = format!("{}sk", pk.strip_suffix("pk")?);
        Some(Self { pk, sk, partition: text(&values[":pk"], "S")?, values })
    }

    fn takes(&self, item: &Value) -> bool {
        let key = |name: &str| item.get(name).and_then(|key| text(key, "S"));
        let (Some(pk), Some(sk)) = (key(self.pk), key(&self.sk)) else { return false };
        let bound = |name: &str| text(&self.values[name], "S");
        let prefix = bound(":prefix").is_none_or(|prefix| sk.starts_with(prefix));
        let since = bound(":since").is_none_or(|since| sk >= since);
        pk == self.partition && prefix && since && bound(":until").is_none_or(|until| sk <= until)
    }
}

impl Dynamo {
    /// The answer to a Query of an index, as it would have been so long ago. The answer as it is where that cannot be told.
    pub(crate) fn lately(&self, query: &Value, answer: &str, age: Duration) -> Result<String, EngineError> {
        let (Some(table), Some(index), Some(wanted)) =
            (text(query, "TableName"), text(query, "IndexName"), Wanted::of(query))
        else {
            return Ok(answer.to_owned());
        };
        let mut answer: Value = serde_json::from_str(answer).unwrap_or_default();
        let before = self.before(table, age)?;
        let shows_all = self.shows_all(table, index);
        let key = |item: &Value| item["pk"].to_string() + &item["sk"].to_string();
        let mut items: Vec<Value> = answer["Items"].as_array().cloned().unwrap_or_default();
        items.retain(|item| !before.contains_key(&key(item)));
        items.extend(before.into_values().flatten().filter(|item| wanted.takes(item)).map(|item| {
            let shown = |name: &str| shows_all || ["pk", "sk", wanted.pk, wanted.sk.as_str()].contains(&name);
            let fields = item.as_object().into_iter().flatten().filter(|(name, _)| shown(name));
            Value::Object(fields.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>())
        }));
        items.sort_by_key(|item| item[&wanted.sk].to_string());
        if query["ScanIndexForward"] == false {
            items.reverse();
        }
        if let Some(limit) = query["Limit"].as_u64().and_then(|limit| usize::try_from(limit).ok()) {
            items.truncate(limit);
        }
        let count = items.len();
        answer["Items"] = items.into();
        for name in ["Count", "ScannedCount"] {
            answer[name] = count.into();
        }
        Ok(answer.to_string())
    }

    /// What has changed since then, by its key, as it was then; nothing where there was nothing.
    fn before(&self, table: &str, age: Duration) -> Result<BTreeMap<String, Option<Value>>, EngineError> {
        // A sequence number is never below the microsecond of its record.
        let age_us = u64::try_from(age.as_micros()).unwrap_or(u64::MAX);
        let since_us = self.clock.millis().saturating_mul(1_000).saturating_sub_unsigned(age_us);
        let storage = held(&self.storage);
        let mut statement = storage.conn().prepare_cached(
            "SELECT keys_json, old_image FROM _stream_records
             WHERE table_name = ?1 AND CAST(sequence_number AS INTEGER) > ?2
             ORDER BY CAST(sequence_number AS INTEGER) DESC",
        )?;
        let rows = statement.query_map(params![table, since_us], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, Option<String>>(1)?))
        })?;
        let mut before = BTreeMap::new();
        for row in rows {
            let (keys, old) = row?;
            let keys: Value = serde_json::from_str(&keys).unwrap_or_default();
            // The earliest record of a key comes last, and is the one that stays.
            let old = old.and_then(|old| serde_json::from_str(&old).ok());
            before.insert(keys["pk"].to_string() + &keys["sk"].to_string(), old);
        }
        Ok(before)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_query_wants_is_read_as_it_is_worded() {
        let of = |condition: &str, values: Value| json!({"KeyConditionExpression": condition, "ExpressionAttributeValues": values});
        let item = |sk: &str| json!({"gsi1pk": {"S": "A"}, "gsi1sk": {"S": sk}});
        let text = |text: &str| json!({"S": text});
        let query = of("gsi1pk = :pk AND gsi1sk <= :until", json!({":pk": text("A"), ":until": text("5")}));
        let wanted = Wanted::of(&query).unwrap();
        assert_eq!(["4", "5", "6"].map(|sk| wanted.takes(&item(sk))), [true, true, false]);
        assert!(!wanted.takes(&json!({"gsi1pk": text("B"), "gsi1sk": text("1")})));
        let query =
            of("gsi1pk = :pk AND begins_with(gsi1sk, :prefix)", json!({":pk": text("A"), ":prefix": text("5")}));
        assert_eq!(["4", "51"].map(|sk| Wanted::of(&query).unwrap().takes(&item(sk))), [false, true]);
        assert!(Wanted::of(&json!({"KeyConditionExpression": "a > :b"})).is_none());
    }
}
