//! One run: as many pages as there is time for.

use holdfast_dynamo::{CommitError, Migration, Store, StoreError, Table, Way};
use holdfast_runtime::{Init, InitError};
use serde::Deserialize;

use crate::progress::{Progress, Status, key};

/// A run ends by itself after so many seconds: a minute before Lambda would end it.
const LONGEST_S: i64 = 840;
/// A pass follows a pass while others change items first; so many are not bad luck any more.
const MOST_PASSES: u32 = 20;

/// What an operator asks for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// Which migration.
    pub migration: String,
    /// Which way. The other way than before begins anew.
    pub way: Way,
    /// At most so many pages, for a look at how it goes; as many as there is time for when nothing.
    #[serde(default)]
    pub pages: Option<u64>,
}

/// Why a run came to no end. What was done is noted, and the next run goes on there.
#[derive(Debug, thiserror::Error)]
pub enum RunnerError {
    /// No context has it.
    #[error("there is no migration {asked}: there are {known}")]
    Unknown {
        /// What was asked for.
        asked: String,
        /// What there is.
        known: String,
    },
    /// Another run is at it.
    #[error("another run is at it")]
    Another,
    /// Its table is not in the environment.
    #[error(transparent)]
    Init(#[from] InitError),
    /// The table did not answer, or an item cannot be changed.
    #[error("{source}: {}", source.reason())]
    Store {
        /// What it said.
        #[from]
        source: StoreError,
    },
}

/// Runs migrations.
#[derive(Debug)]
pub struct Runner {
    init: Init,
    migrations: Vec<Migration>,
}

impl Runner {
    /// Of these.
    pub fn new(init: Init, migrations: Vec<Migration>) -> Self {
        Self { init, migrations }
    }

    /// Goes on with a migration, and says how far it is.
    pub async fn run(&self, order: &Order) -> Result<Progress, RunnerError> {
        let Some(migration) = self.migrations.iter().find(|migration| migration.name == order.migration) else {
            let known = self.migrations.iter().map(|migration| migration.name).collect::<Vec<_>>().join(", ");
            return Err(RunnerError::Unknown { asked: order.migration.clone(), known });
        };
        let table = Store::new(&self.init).table(&self.init, migration.table)?;
        let began = self.init.ambient.now();
        let found = table.get::<Progress>(&key(migration.name)).await?;
        let seen = found.as_ref().map_or(0, |progress| progress.version);
        let broken_off = found.filter(|progress| progress.way == order.way && progress.status == Status::Running);
        let mut progress = broken_off.unwrap_or_else(|| Progress::new(migration.name, order.way, began));
        progress.version = seen;
        let (mut pages, mut passes) = (0, 0);
        while progress.status == Status::Running
            && order.pages.is_none_or(|most| pages < most)
            && passes < MOST_PASSES
            && self.init.ambient.now().duration_since(began).as_secs() < LONGEST_S
        {
            let page = table.migrate(migration, order.way, progress.after.as_ref()).await?;
            pages += 1;
            progress.pages += 1;
            progress.changed += page.changed;
            progress.missed += page.missed;
            progress.after = page.next;
            if progress.after.is_none() {
                match std::mem::take(&mut progress.missed) {
                    0 => progress.status = Status::Done,
                    _ => passes += 1,
                }
            }
            self.note(&table, &mut progress).await?;
        }
        tracing::info!(migration = migration.name, way = ?order.way, changed = progress.changed, pages, "migration.ran");
        Ok(progress)
    }

    /// Keeps how far it is, if no other run has.
    async fn note(&self, table: &Table, progress: &mut Progress) -> Result<(), RunnerError> {
        let seen = progress.version;
        progress.version += 1;
        progress.updated_at = self.init.ambient.now();
        let action = table.put(progress);
        let action = if seen == 0 { action.if_absent() } else { action.if_version(seen) };
        match table.commit(action).await {
            Ok(()) => Ok(()),
            // A note whose answer was lost is there already.
            Err(CommitError::Cancelled(_)) => match table.get::<Progress>(&key(&progress.migration)).await? {
                Some(noted) if noted == *progress => Ok(()),
                Some(_) | None => Err(RunnerError::Another),
            },
            Err(CommitError::Store(error)) => Err(error.into()),
        }
    }
}
