//! DynamoDB Streams: a table's records in order, in the shape in which Lambda hands them over.

use std::hash::{DefaultHasher, Hash, Hasher};

use rusqlite::params;
use serde_json::{Value, json};

use super::dynamo::Dynamo;
use super::{EngineError, held};
use crate::digest::Digest;
use crate::template::model::{ACCOUNT, REGION};

/// DynamoDB keeps a record for so long.
const RETENTION_S: i64 = 86_400;
/// What dynoxide's public sequence numbers stand above its stored ones: 21 digits, as DynamoDB's are.
const SEQUENCE_BASE: i128 = 100_000_000_000_000_000_000;

/// A place in a stream: what comes after it has not been read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position(pub i64);

impl Position {
    /// The place of the record that carries this sequence number.
    pub fn of(sequence_number: &str) -> Option<Self> {
        let stored = sequence_number.parse::<i128>().ok()?.checked_sub(SEQUENCE_BASE)?;
        i64::try_from(stored).ok().map(Self)
    }

    /// The place just before: reading on from it begins with this record.
    pub fn before(self) -> Self {
        Self(self.0 - 1)
    }

    /// The sequence number of the record at this place.
    pub fn sequence_number(self) -> String {
        (SEQUENCE_BASE + i128::from(self.0)).to_string()
    }
}

/// Records of a stream.
#[derive(Clone, Debug, Default)]
pub struct StreamBatch {
    /// In Lambda's shape; without the updates that changed nothing, of which DynamoDB keeps no record.
    pub records: Vec<Value>,
    /// The place after the last that was read. Past the last of `records` where what followed was left out.
    pub end: Position,
    /// Whether there may be more.
    pub more: bool,
}

struct Raw {
    name: String,
    keys: String,
    new: Option<String>,
    old: Option<String>,
    place: i64,
    created_s: i64,
    identity: Option<String>,
    id: Option<String>,
}

impl Dynamo {
    /// At most `most` records of the table's stream, from after `after`.
    pub fn stream(&self, table: &str, after: Position, most: usize) -> Result<StreamBatch, EngineError> {
        let raw = self.raw_records(table, after, most)?;
        let end = raw.last().map_or(after, |record| Position(record.place));
        let more = raw.len() == most;
        // Parsing goes on after the storage has been let go.
        let records = raw.iter().filter_map(|record| lambda_record(table, record)).collect();
        Ok(StreamBatch { records, end, more })
    }

    fn raw_records(&self, table: &str, after: Position, most: usize) -> Result<Vec<Raw>, EngineError> {
        let storage = held(&self.storage);
        let mut statement = storage.conn().prepare_cached(
            "SELECT event_name, keys_json, new_image, old_image, CAST(sequence_number AS INTEGER), created_at,
                    user_identity, event_id
             FROM _stream_records WHERE table_name = ?1 AND CAST(sequence_number AS INTEGER) > ?2
             ORDER BY CAST(sequence_number AS INTEGER) LIMIT ?3",
        )?;
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let rows = statement.query_map(params![table, after.0, most], |row| {
            Ok(Raw {
                name: row.get(0)?,
                keys: row.get(1)?,
                new: row.get(2)?,
                old: row.get(3)?,
                place: row.get(4)?,
                created_s: row.get(5)?,
                identity: row.get(6)?,
                id: row.get(7)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The place of the stream's last record: where a reader that starts with LATEST begins.
    pub fn stream_end(&self, table: &str) -> Result<Position, EngineError> {
        let storage = held(&self.storage);
        let last = storage
            .conn()
            .prepare_cached("SELECT MAX(CAST(sequence_number AS INTEGER)) FROM _stream_records WHERE table_name = ?1")?
            .query_row([table], |row| row.get::<_, Option<i64>>(0))?;
        Ok(Position(last.unwrap_or(0)))
    }

    /// All items of a table, in the order of their keys, as DynamoDB's JSON: for a look from outside.
    pub fn items(&self, table: &str) -> Result<Vec<Value>, EngineError> {
        self.texts(table, |item| serde_json::from_str(item).unwrap_or_default())
    }

    /// The same for the same items, whatever the order of their attributes.
    pub fn digest(&self, table: &str) -> Result<u64, EngineError> {
        let mut hasher = DefaultHasher::new();
        self.texts(table, |item| Digest { sets: false }.of_text(item))?.hash(&mut hasher);
        Ok(hasher.finish())
    }

    /// What is made of each item's text, in the order of their keys.
    fn texts<T>(&self, table: &str, of: impl Fn(&str) -> T) -> Result<Vec<T>, EngineError> {
        let storage = held(&self.storage);
        let sql = format!("SELECT item_json FROM \"{}\" ORDER BY pk, sk", table.replace('"', "\"\""));
        let mut statement = storage.conn().prepare_cached(&sql)?;
        let rows = statement.query_map([], |row| Ok(of(row.get_ref(0)?.as_str()?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Forgets the records that all readers have passed and that are a day old, and answers how many. What
    /// has not been read stays, whatever its age: moving the clock must not lose an event.
    pub fn trim(&self, table: &str, passed: Position, now: jiff::Timestamp) -> Result<usize, EngineError> {
        // A sequence number is never below the microsecond of its record.
        let day_ago = (now.as_second() - RETENTION_S).saturating_mul(1_000_000);
        let storage = held(&self.storage);
        let sql = "DELETE FROM _stream_records WHERE table_name = ?1 AND CAST(sequence_number AS INTEGER) <= ?2";
        Ok(storage.conn().prepare_cached(sql)?.execute(params![table, passed.0.min(day_ago)])?)
    }
}

fn lambda_record(table: &str, raw: &Raw) -> Option<Value> {
    let read = |text: &String| serde_json::from_str::<Value>(text).ok();
    let new = raw.new.as_ref().and_then(read);
    let old = raw.old.as_ref().and_then(read);
    if raw.name == "MODIFY" && new.is_some() && new == old {
        return None;
    }
    let size: usize =
        [Some(&raw.keys), raw.new.as_ref(), raw.old.as_ref()].into_iter().flatten().map(String::len).sum();
    let mut dynamodb = json!({
        "ApproximateCreationDateTime": raw.created_s,
        "Keys": read(&raw.keys),
        "SequenceNumber": Position(raw.place).sequence_number(),
        "SizeBytes": size,
        "StreamViewType": "NEW_AND_OLD_IMAGES",
    });
    for (name, image) in [("NewImage", new), ("OldImage", old)] {
        if let Some(image) = image {
            dynamodb[name] = image;
        }
    }
    let mut record = json!({
        "eventID": raw.id.clone().unwrap_or_else(|| raw.place.to_string()),
        "eventName": raw.name,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": REGION,
        "eventSourceARN": format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{table}/stream/local"),
        "dynamodb": dynamodb,
    });
    if let Some(identity) = raw.identity.as_ref().and_then(read) {
        record["userIdentity"] = identity;
    }
    Some(record)
}
