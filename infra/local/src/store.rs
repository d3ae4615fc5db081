//! What the engines keep beside DynamoDB: one SQLite database, `world.db` in the data folder or in memory.
//!
//! Every change is one transaction in WAL mode without a sync a commit: it survives the process's death,
//! and a power cut may take the last moments with it.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use crate::engines::{EngineError, copy, gateway};

const FILE: &str = "world.db";

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS messages (
        id INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, message_id TEXT NOT NULL, body TEXT NOT NULL,
        attributes TEXT NOT NULL, sent_ms INTEGER NOT NULL, visible_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL,
        receives INTEGER NOT NULL DEFAULT 0, first_ms INTEGER, taken INTEGER NOT NULL DEFAULT 0, source TEXT);
    CREATE INDEX IF NOT EXISTS messages_due ON messages (queue, visible_ms);
    CREATE TABLE IF NOT EXISTS mails (id INTEGER PRIMARY KEY AUTOINCREMENT, mail TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS archive (
        id INTEGER PRIMARY KEY AUTOINCREMENT, archive TEXT NOT NULL, at_ms INTEGER NOT NULL, event TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS undelivered (
        id INTEGER PRIMARY KEY AUTOINCREMENT, resource TEXT NOT NULL, reason TEXT NOT NULL, event TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS parameters (name TEXT PRIMARY KEY, value TEXT NOT NULL, version INTEGER NOT NULL);
";

/// The database.
#[derive(Clone, Debug)]
pub struct Store(Arc<Mutex<Connection>>);

impl Store {
    /// In memory: it goes with the process.
    pub fn memory() -> Result<Self, EngineError> {
        Self::over(Connection::open_in_memory()?)
    }

    /// In `folder`.
    pub fn open(folder: &Path) -> Result<Self, EngineError> {
        Self::over(Connection::open(folder.join(FILE))?)
    }

    /// Whether `folder` has one already.
    pub(crate) fn exists(folder: &Path) -> bool {
        folder.join(FILE).exists()
    }

    fn over(connection: Connection) -> Result<Self, EngineError> {
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.execute_batch(SCHEMA)?;
        connection.execute_batch(gateway::SCHEMA)?;
        // A folder of an earlier version has queues whose messages do not say where they came from.
        let sql = "SELECT count(*) FROM pragma_table_info('messages') WHERE name = 'source'";
        if connection.query_row(sql, [], |row| row.get::<_, i64>(0))? == 0 {
            connection.execute_batch("ALTER TABLE messages ADD COLUMN source TEXT")?;
        }
        connection.set_prepared_statement_cache_capacity(64);
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// Becomes what another one is.
    pub(crate) fn become_copy(&self, other: &Connection) -> Result<(), EngineError> {
        let mut connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(copy(other, &mut connection)?)
    }

    /// Runs `work` on the database, alone.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, EngineError> {
        let connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(work(&connection)?)
    }

    /// Runs `work` as one transaction: all of it takes effect, or nothing does.
    pub(crate) fn transaction<T>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, EngineError> {
        let mut connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = connection.transaction()?;
        let done = work(&transaction)?;
        transaction.commit()?;
        Ok(done)
    }

    /// A fact that was kept under `name`.
    pub fn fact(&self, name: &str) -> Result<Option<String>, EngineError> {
        self.with(|db| {
            db.prepare_cached("SELECT value FROM facts WHERE name = ?1")?.query_row([name], |row| row.get(0)).optional()
        })
    }

    /// Keeps a fact.
    pub fn keep(&self, name: &str, value: &str) -> Result<(), EngineError> {
        self.with(|db| {
            let sql = "INSERT INTO facts VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
            db.prepare_cached(sql)?.execute(params![name, value]).map(drop)
        })
    }

    /// How far a reader has come in a stream.
    pub fn checkpoint(&self, reader: &str) -> Result<i64, EngineError> {
        Ok(self.fact(&format!("checkpoint/{reader}"))?.and_then(|place| place.parse().ok()).unwrap_or(0))
    }

    /// Notes how far a reader has come in a stream.
    pub fn set_checkpoint(&self, reader: &str, place: i64) -> Result<(), EngineError> {
        self.keep(&format!("checkpoint/{reader}"), &place.to_string())
    }

    /// When a schedule last ran.
    pub fn last_run(&self, schedule: &str) -> Result<Option<Timestamp>, EngineError> {
        Ok(self.fact(&format!("schedule/{schedule}"))?.and_then(|at| at.parse().ok()))
    }

    /// Notes when a schedule last ran.
    pub fn set_last_run(&self, schedule: &str, at: Timestamp) -> Result<(), EngineError> {
        self.keep(&format!("schedule/{schedule}"), &at.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_there_after_opening_again() {
        let folder = crate::engines::TempFolder::new("store").unwrap();
        let store = Store::open(folder.path()).unwrap();
        assert_eq!(store.checkpoint("relay").unwrap(), 0);
        store.set_checkpoint("relay", 41).unwrap();
        store.set_checkpoint("relay", 42).unwrap();
        let at: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        store.set_last_run("sweep", at).unwrap();
        drop(store);
        let store = Store::open(folder.path()).unwrap();
        assert_eq!(store.checkpoint("relay").unwrap(), 42);
        assert_eq!(store.last_run("sweep").unwrap(), Some(at));
        assert_eq!(store.last_run("other").unwrap(), None);
    }

    #[test]
    fn a_folder_of_an_earlier_version_can_be_opened() {
        let folder = crate::engines::TempFolder::new("store-earlier").unwrap();
        let earlier = Connection::open(folder.path().join(FILE)).unwrap();
        let schema = SCHEMA.replace(", source TEXT", "");
        assert_ne!(schema, SCHEMA);
        earlier.execute_batch(&schema).unwrap();
        drop(earlier);
        for _ in 0..2 {
            let store = Store::open(folder.path()).unwrap();
            store.with(|db| db.execute("UPDATE messages SET source = 'q'", [])).unwrap();
        }
    }

    #[test]
    fn a_failed_transaction_leaves_nothing() {
        let store = Store::memory().unwrap();
        let failed = store.transaction(|db| {
            db.execute("INSERT INTO facts VALUES ('a', 'b')", [])?;
            db.execute("INSERT INTO nowhere VALUES (1)", [])
        });
        assert!(failed.is_err());
        assert_eq!(store.fact("a").unwrap(), None);
    }
}
