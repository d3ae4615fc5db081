//! DynamoDB, by dynoxide: one storage behind one lock, so that streams, TTL and the world's clock can be seen to here.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use dynoxide::storage::Storage;
use dynoxide::{DynoxideError, actions};
use futures::FutureExt;
use holdfast_core::canonical;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{EngineError, Place, Pulse, Snapshot, copy, held, text};
use crate::clock::WorldClock;
use crate::template::model::{Stack, TableSpec};

/// DynamoDB remembers a transaction's token for so long.
const TOKEN_LIFE_MS: i64 = 600_000;
/// From so many remembered tokens on, the old ones are looked for.
const TOKENS: usize = 10_000;
/// So many expired items are deleted under one hold of the lock.
const SWEEP_PAGE: usize = 100;

/// DynamoDB.
pub struct Dynamo {
    pub(super) storage: Mutex<Storage>,
    pub(super) clock: WorldClock,
    pulse: Pulse,
    tokens: Mutex<HashMap<String, Token>>,
    writes: BTreeMap<String, AtomicU64>,
    mortal: Vec<Mortal>,
    /// The tables' indexes that show whole items.
    showing_all: BTreeSet<(String, String)>,
}

/// A transaction that was carried out under a token.
struct Token {
    at_ms: i64,
    items: u64,
    answer: String,
}

/// A table whose items expire.
struct Mortal {
    table: String,
    attribute: String,
    keys: Vec<String>,
}

impl std::fmt::Debug for Dynamo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dynamo").field("tables", &self.writes.keys()).finish_non_exhaustive()
    }
}

impl From<DynoxideError> for EngineError {
    fn from(error: DynoxideError) -> Self {
        Self::Dynamo(error.to_string())
    }
}

impl Dynamo {
    pub(super) fn open(
        stack: &Stack,
        place: &Place,
        clock: WorldClock,
        pulse: Pulse,
        from: Option<&Snapshot>,
    ) -> Result<Self, EngineError> {
        let mut storage = match place {
            Place::Memory => Storage::memory()?,
            Place::Folder(folder) => {
                let path = folder.join("dynamodb.db");
                let path = path.to_str().ok_or_else(|| EngineError::Dynamo(format!("{path:?} is no UTF-8")))?;
                Storage::new(path)?
            }
        };
        if let Some(snapshot) = from {
            copy(&snapshot.dynamo(), storage.conn_mut())?;
        }
        let dynamo = Self {
            storage: Mutex::new(storage.with_clock(std::sync::Arc::new(clock.clone()))),
            clock,
            pulse,
            tokens: Mutex::default(),
            writes: stack.tables.iter().map(|table| (table.name.clone(), AtomicU64::new(0))).collect(),
            mortal: stack.tables.iter().filter_map(mortal).collect(),
            showing_all: stack.tables.iter().flat_map(showing_all).collect(),
        };
        dynamo.create_tables(stack)?;
        Ok(dynamo)
    }

    fn create_tables(&self, stack: &Stack) -> Result<(), EngineError> {
        let storage = held(&self.storage);
        let db = storage.conn();
        db.pragma_update(None, "synchronous", "NORMAL")?;
        db.set_prepared_statement_cache_capacity(256);
        // Without it, each write looks for the last sequence number among all records ever written.
        db.execute_batch(
            "CREATE INDEX IF NOT EXISTS holdfast_stream
             ON _stream_records (table_name, CAST(sequence_number AS INTEGER))",
        )?;
        for table in &stack.tables {
            match storage.get_table_metadata(&table.name)? {
                Some(known) => add_indexes(&storage, table, known.gsi_definitions.as_deref())?,
                None => {
                    let create = request(table, table.create.clone())?;
                    finished(actions::create_table::execute(&*storage, create))?;
                }
            }
        }
        for table in &self.mortal {
            let (name, ttl) = (quoted(&table.table), expiry(&table.attribute));
            let index = quoted(&format!("holdfast_ttl_{}", table.table));
            let sql = format!(
                "CREATE INDEX IF NOT EXISTS {index} ON {name} (CAST({ttl} AS INTEGER)) WHERE {ttl} IS NOT NULL"
            );
            db.execute_batch(&sql)?;
        }
        Ok(())
    }

    /// Carries out an operation, and answers a status and a JSON text.
    pub(crate) fn call(&self, operation: &str, body: &str, parsed: &Value) -> (u16, String) {
        let done = match operation {
            "TransactWriteItems" => self.transact(body, parsed),
            "BatchGetItem" => self.run(body, |s, request| finished(actions::batch_get_item::execute(s, request))),
            "BatchWriteItem" => self.run(body, |s, request| finished(actions::batch_write_item::execute(s, request))),
            "DeleteItem" => self.run(body, |s, request| finished(actions::delete_item::execute(s, request))),
            "GetItem" => self.run(body, |s, request| finished(actions::get_item::execute(s, request))),
            "ListTables" => self.run(body, |s, request| finished(actions::list_tables::execute(s, request))),
            "PutItem" => self.run(body, |s, request| finished(actions::put_item::execute(s, request))),
            "Query" => self.run(body, |s, request| finished(actions::query::execute(s, request))),
            "Scan" => self.run(body, |s, request| finished(actions::scan::execute(s, request))),
            "TransactGetItems" => {
                self.run(body, |s, request| finished(actions::transact_get_items::execute(s, request)))
            }
            "UpdateItem" => self.run(body, |s, request| finished(actions::update_item::execute(s, request))),
            unknown => Err(DynoxideError::UnsupportedCapability(unknown.to_owned())),
        };
        match done {
            Ok(body) => {
                self.note_writes(operation, parsed);
                (200, body)
            }
            Err(error) => (error.status_code(), error.to_json()),
        }
    }

    fn run<Request: DeserializeOwned, Response: Serialize>(
        &self,
        body: &str,
        action: impl FnOnce(&Storage, Request) -> Result<Response, DynoxideError>,
    ) -> Result<String, DynoxideError> {
        let request = read(body)?;
        let response = action(&held(&self.storage), request)?;
        written(&response)
    }

    /// A transaction, once for each token: the SDK sends one with each, and the same with each retry.
    fn transact(&self, body: &str, parsed: &Value) -> Result<String, DynoxideError> {
        let execute = |storage: &Storage, request| finished(actions::transact_write_items::execute(storage, request));
        let Some(token) = text(parsed, "ClientRequestToken") else { return self.run(body, execute) };
        let mut hasher = DefaultHasher::new();
        canonical(&parsed["TransactItems"]).hash(&mut hasher);
        let (items, at_ms) = (hasher.finish(), self.clock.millis());
        // Held until the end: a twin in flight must find the outcome.
        let mut tokens = held(&self.tokens);
        if let Some(known) = tokens.get(token).filter(|known| at_ms - known.at_ms < TOKEN_LIFE_MS) {
            if known.items == items {
                return Ok(known.answer.clone());
            }
            let message = "Request was rejected because the token was used with other items".to_owned();
            return Err(DynoxideError::IdempotentParameterMismatchException(message));
        }
        let answer = self.run(body, execute)?;
        if tokens.len() >= TOKENS {
            tokens.retain(|_, known| at_ms - known.at_ms < TOKEN_LIFE_MS);
        }
        tokens.insert(token.to_owned(), Token { at_ms, items, answer: answer.clone() });
        Ok(answer)
    }

    /// What carried out elsewhere has written is counted too.
    pub(crate) fn note_writes(&self, operation: &str, parsed: &Value) {
        let tables: Vec<&str> = match operation {
            "PutItem" | "UpdateItem" | "DeleteItem" => text(parsed, "TableName").into_iter().collect(),
            "TransactWriteItems" => parsed["TransactItems"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|item| item.as_object()?.values().next().and_then(|action| text(action, "TableName")))
                .collect(),
            "BatchWriteItem" => {
                parsed["RequestItems"].as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect()
            }
            _ => return,
        };
        for table in tables {
            self.note_write(table);
        }
        self.pulse.beat();
    }

    fn note_write(&self, table: &str) {
        if let Some(writes) = self.writes.get(table) {
            writes.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// The names of its tables.
    pub fn tables(&self) -> impl Iterator<Item = &str> {
        self.writes.keys().map(String::as_str)
    }

    /// Whether an index shows whole items.
    pub(super) fn shows_all(&self, table: &str, index: &str) -> bool {
        self.showing_all.contains(&(table.to_owned(), index.to_owned()))
    }

    /// Forgets which transactions were carried out under which token.
    pub(super) fn forget_tokens(&self) {
        held(&self.tokens).clear();
    }

    /// A number that grows with each write to the table: unchanged means that its stream has nothing new.
    pub fn writes(&self, table: &str) -> u64 {
        self.writes.get(table).map_or(0, |writes| writes.load(Ordering::SeqCst))
    }

    /// Deletes the items whose time came so long ago, as DynamoDB does within days: their REMOVE records say that
    /// the service did it. Answers how many.
    pub fn sweep_ttl(&self, overdue: Duration) -> Result<usize, EngineError> {
        let mut swept = 0;
        for table in &self.mortal {
            loop {
                let page = self.sweep_page(table, overdue)?;
                if page == 0 {
                    break;
                }
                swept += page;
                self.note_write(&table.table);
            }
        }
        if swept > 0 {
            self.pulse.beat();
        }
        Ok(swept)
    }

    fn sweep_page(&self, table: &Mortal, overdue: Duration) -> Result<usize, EngineError> {
        let storage = held(&self.storage);
        let db = storage.conn();
        let (name, ttl) = (quoted(&table.table), expiry(&table.attribute));
        let sql = format!(
            "SELECT item_json FROM {name} WHERE {ttl} IS NOT NULL AND CAST({ttl} AS INTEGER) <= ?1 LIMIT {SWEEP_PAGE}"
        );
        let now_s = self.clock.millis().div_euclid(1000).saturating_sub_unsigned(overdue.as_secs());
        let expired = db
            .prepare_cached(&sql)?
            .query_map([now_s], |row| row.get::<_, String>(0))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        if expired.is_empty() {
            return Ok(0);
        }
        // A trigger, so that the mark and the deletion are one transaction.
        db.execute_batch(
            r#"CREATE TEMP TRIGGER holdfast_by_ttl AFTER INSERT ON main._stream_records BEGIN
                 UPDATE _stream_records SET user_identity =
                   '{"type":"Service","principalId":"dynamodb.amazonaws.com"}' WHERE id = NEW.id;
               END"#,
        )?;
        let deleted = expired.iter().try_for_each(|item| delete_expired(&storage, table, item));
        db.execute_batch("DROP TRIGGER holdfast_by_ttl")?;
        deleted.map(|()| expired.len())
    }
}

/// Adds the indexes that the template has got since the table was created.
fn add_indexes(storage: &Storage, table: &TableSpec, known: Option<&str>) -> Result<(), EngineError> {
    let known: Value = known.and_then(|known| serde_json::from_str(known).ok()).unwrap_or_default();
    let known: Vec<_> = known.as_array().into_iter().flatten().map(|index| &index["IndexName"]).collect();
    let wanted = table.create["GlobalSecondaryIndexes"].as_array().into_iter().flatten();
    for index in wanted.filter(|index| !known.contains(&&index["IndexName"])) {
        let update = json!({
            "TableName": table.name,
            "AttributeDefinitions": table.create["AttributeDefinitions"],
            "GlobalSecondaryIndexUpdates": [{"Create": index}],
        });
        let lifecycle = actions::vector_lifecycle::VectorIndexLifecycle::new();
        finished(actions::update_table::execute(storage, request(table, update)?, &lifecycle))?;
    }
    Ok(())
}

/// What the template says of a table, as a request of dynoxide's.
fn request<T: DeserializeOwned>(table: &TableSpec, request: Value) -> Result<T, EngineError> {
    serde_json::from_value(request).map_err(|error| EngineError::Dynamo(format!("{}: {error}", table.logical_id)))
}

fn delete_expired(storage: &Storage, table: &Mortal, item: &str) -> Result<(), EngineError> {
    let item: Value = serde_json::from_str(item).map_err(|error| EngineError::Dynamo(error.to_string()))?;
    let key: serde_json::Map<String, Value> =
        table.keys.iter().map(|name| (name.clone(), item[name.as_str()].clone())).collect();
    let request = json!({
        "TableName": table.table,
        "Key": key,
        "ConditionExpression": "#ttl = :ttl",
        "ExpressionAttributeNames": {"#ttl": table.attribute},
        "ExpressionAttributeValues": {":ttl": item[table.attribute.as_str()]},
    });
    let request = serde_json::from_value(request).map_err(|error| EngineError::Dynamo(error.to_string()))?;
    finished(actions::delete_item::execute(storage, request))?;
    Ok(())
}

fn showing_all(table: &TableSpec) -> impl Iterator<Item = (String, String)> {
    let indexes = table.create["GlobalSecondaryIndexes"].as_array().into_iter().flatten();
    let all = indexes.filter(|index| index["Projection"]["ProjectionType"] == "ALL");
    all.filter_map(|index| Some((table.name.clone(), text(index, "IndexName")?.to_owned())))
}

fn mortal(table: &TableSpec) -> Option<Mortal> {
    let schema = table.create["KeySchema"].as_array()?;
    Some(Mortal {
        table: table.name.clone(),
        attribute: table.ttl_attribute.clone()?,
        keys: schema.iter().filter_map(|key| text(key, "AttributeName")).map(str::to_owned).collect(),
    })
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Where in a stored item its end stands, as SQL.
fn expiry(attribute: &str) -> String {
    format!("json_extract(item_json, '$.\"{}\".N')", attribute.replace('\'', "''"))
}

fn read<T: DeserializeOwned>(body: &str) -> Result<T, DynoxideError> {
    serde_json::from_str(body).map_err(|error| DynoxideError::SerializationException(error.to_string()))
}

fn written<T: Serialize>(response: &T) -> Result<String, DynoxideError> {
    serde_json::to_string(response).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}

/// dynoxide's futures never wait: over SQLite there is nothing to wait for.
fn finished<T>(work: impl Future<Output = Result<T, DynoxideError>>) -> Result<T, DynoxideError> {
    let waited = || Err(DynoxideError::InternalServerError("the storage waited".to_owned()));
    work.now_or_never().unwrap_or_else(waited)
}

#[cfg(test)]
mod tests;
