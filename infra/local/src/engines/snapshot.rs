//! What all engines keep, copied: a world begins where another one stood, without having lived that long.

use std::sync::{Mutex, MutexGuard};

use rusqlite::Connection;
use rusqlite::backup::Backup;

use super::{EngineError, Engines, held};

/// What DynamoDB and the store held at a moment. Buckets are not in it.
#[derive(Debug)]
pub struct Snapshot {
    dynamo: Mutex<Connection>,
    store: Mutex<Connection>,
}

impl Snapshot {
    pub(super) fn dynamo(&self) -> MutexGuard<'_, Connection> {
        held(&self.dynamo)
    }

    pub(super) fn store(&self) -> MutexGuard<'_, Connection> {
        held(&self.store)
    }
}

/// Makes one database what another one is.
pub(crate) fn copy(from: &Connection, to: &mut Connection) -> rusqlite::Result<()> {
    const ALL_PAGES: i32 = -1;
    Backup::new(from, to)?.step(ALL_PAGES).map(drop)
}

impl Engines {
    /// A copy of what they hold now.
    pub fn snapshot(&self) -> Result<Snapshot, EngineError> {
        let mut dynamo = Connection::open_in_memory()?;
        copy(held(&self.dynamo.storage).conn(), &mut dynamo)?;
        let mut store = Connection::open_in_memory()?;
        self.store.with(|db| copy(db, &mut store))?;
        Ok(Snapshot { dynamo: Mutex::new(dynamo), store: Mutex::new(store) })
    }

    /// Makes them hold what they held then. Whoever has read on in a stream meanwhile keeps its place.
    pub fn restore(&self, snapshot: &Snapshot) -> Result<(), EngineError> {
        copy(&snapshot.dynamo(), held(&self.dynamo.storage).conn_mut())?;
        self.dynamo.forget_tokens();
        self.store.become_copy(&snapshot.store())
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue;

    use crate::engines::testing::world;

    #[tokio::test]
    async fn what_came_after_a_snapshot_is_gone_when_it_is_restored() {
        let (engines, config) = world();
        let table = engines.dynamo.tables().next().unwrap().to_owned();
        let client = aws_sdk_dynamodb::Client::new(&config);
        let put = async |pk: &str| {
            let text = |text: &str| AttributeValue::S(text.to_owned());
            let call = client.put_item().table_name(&table).item("pk", text(pk)).item("sk", text("x"));
            call.send().await.unwrap();
        };
        put("one").await;
        engines.ssm.put("/a", "1").unwrap();
        let snapshot = engines.snapshot().unwrap();
        put("two").await;
        engines.ssm.put("/a", "2").unwrap();
        engines.restore(&snapshot).unwrap();
        assert_eq!(engines.dynamo.items(&table).unwrap().len(), 1);
        assert_eq!(engines.ssm.get("/a").unwrap().as_deref(), Some("1"));
        put("three").await;
        assert_eq!(engines.dynamo.items(&table).unwrap().len(), 2);
    }
}
