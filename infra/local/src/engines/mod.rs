//! The AWS of one process: DynamoDB, SQS, EventBridge, SES, SNS, SSM and S3, as small as the shop's use of them.
//!
//! An engine knows nothing of callers, rights or faults: those are the connector's. What it keeps is in
//! [`crate::store::Store`], DynamoDB's own database or the bucket folder, and survives a kill.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use holdfast_core::{Ambient, Entropy};
use serde_json::Value;
use tokio::sync::watch;

use crate::clock::WorldClock;
use crate::elsewhere::Elsewhere;
use crate::store::Store;
use crate::template::model::Stack;

mod access;
mod dynamo;
mod eventbridge;
pub mod gateway;
mod mail;
mod mime;
mod pattern;
mod s3;
mod sigv4;
mod snapshot;
mod sqs;
mod ssm;
mod stale;
mod streams;
#[cfg(test)]
pub(crate) mod testing;

pub use dynamo::Dynamo;
pub use eventbridge::{Archived, EventBridge, Undelivered};
pub use gateway::PaymentGateway;
pub use mail::{Channel, Mail, Mailbox};
pub use pattern::{Filters, Pattern, PatternError};
pub use s3::S3;
pub(crate) use s3::{Signer, error_xml as s3_error, resource_of as s3_place};
pub(crate) use sigv4::{SECRET_KEY, form as url_form};
pub use snapshot::Snapshot;
pub(crate) use snapshot::copy;
pub use sqs::{Depths, QueueMessage, Sqs};
pub use ssm::Parameters;
pub use streams::{Position, StreamBatch};

/// Why an engine could not do its work: the disk, or a bug. What a caller did wrong is a [`Refusal`].
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// SQLite.
    #[error("the local database: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// DynamoDB.
    #[error("the local DynamoDB: {0}")]
    Dynamo(String),
    /// Files.
    #[error("{path}: {source}")]
    Files {
        /// Which file or folder.
        path: PathBuf,
        /// What happened.
        source: std::io::Error,
    },
    /// S3.
    #[error("the local S3: {0}")]
    S3(String),
    /// A content pattern of template.yaml.
    #[error("{of}: {source}")]
    Pattern {
        /// The rule or archive.
        of: String,
        /// What is wrong with it.
        source: PatternError,
    },
}

/// An error of AWS: what the service answers to a request that it does not carry out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The error's name.
    pub code: String,
    /// What the caller reads.
    pub message: String,
}

impl Refusal {
    /// A client's fault.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self { status: 400, code: code.to_owned(), message: message.into() }
    }

    /// An operation that no function of the shop uses, and that is therefore not built.
    pub(crate) fn unknown(operation: &str) -> Self {
        Self::new("UnknownOperationException", format!("the local host does not know the operation {operation}"))
    }
}

impl From<EngineError> for Refusal {
    fn from(error: EngineError) -> Self {
        Self { status: 500, code: "InternalFailure".to_owned(), message: error.to_string() }
    }
}

/// Where a world's data lies.
#[derive(Clone, Debug)]
pub enum Place {
    /// In memory (buckets: in a temporary folder): it goes with the world.
    Memory,
    /// In a folder.
    Folder(PathBuf),
}

/// Tells whoever waits that something changed: a write to a table, a message in a queue.
#[derive(Clone, Debug)]
pub struct Pulse(Arc<watch::Sender<u64>>);

impl Pulse {
    pub(crate) fn new() -> Self {
        Self(Arc::new(watch::Sender::new(0)))
    }

    pub(crate) fn beat(&self) {
        self.0.send_modify(|beats| *beats += 1);
    }

    /// Changes whenever something happens.
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.0.subscribe()
    }
}

/// All engines of a world.
#[derive(Debug)]
pub struct Engines {
    /// The clock that they read.
    pub clock: WorldClock,
    /// What they keep.
    pub store: Store,
    /// Beats at every change.
    pub pulse: Pulse,
    /// DynamoDB and its streams.
    pub dynamo: Dynamo,
    /// SQS.
    pub sqs: Arc<Sqs>,
    /// EventBridge.
    pub events: EventBridge,
    /// SES and SNS.
    pub mail: Mailbox,
    /// SSM's Parameter Store.
    pub ssm: Parameters,
    /// S3.
    pub s3: S3,
    /// The payment gateway, which is not AWS: a neighbour on the internet.
    pub gateway: PaymentGateway,
    /// What is elsewhere instead.
    pub(crate) elsewhere: OnceLock<Elsewhere>,
}

impl Engines {
    /// Opens what lies at `place`, or begins as a snapshot says, and creates what the stack has and it has not. A machine's clock is as
    /// far ahead again as it was when the world was last open.
    pub fn open(
        stack: &Arc<Stack>,
        place: &Place,
        clock: WorldClock,
        entropy: Arc<dyn Entropy>,
        from: Option<&Snapshot>,
    ) -> Result<Arc<Self>, EngineError> {
        let store = match place {
            Place::Memory => Store::memory()?,
            Place::Folder(folder) => {
                create_folder(folder)?;
                Store::open(folder)?
            }
        };
        if let Some(snapshot) = from {
            store.become_copy(&snapshot.store())?;
        }
        if !clock.is_manual() {
            let ahead = store.fact("clock_ahead_ns")?.and_then(|nanos| nanos.parse().ok()).unwrap_or(0);
            clock.advance(Duration::from_nanos(ahead));
        }
        let ambient = Ambient::new(Arc::new(clock.clone()), entropy);
        let pulse = Pulse::new();
        let sqs = Arc::new(Sqs::new(stack, store.clone(), clock.clone(), pulse.clone()));
        Ok(Arc::new(Self {
            dynamo: Dynamo::open(stack, place, clock.clone(), pulse.clone(), from)?,
            events: EventBridge::new(stack, store.clone(), clock.clone(), Arc::clone(&sqs))?,
            mail: Mailbox::new(stack, store.clone(), clock.clone()),
            ssm: Parameters::new(store.clone()),
            s3: S3::open(stack, place, clock.clone(), Arc::clone(&sqs), store.clone())?,
            gateway: PaymentGateway::new(store.clone(), ambient, pulse.clone()),
            elsewhere: OnceLock::new(),
            clock,
            store,
            pulse,
            sqs,
        }))
    }

    /// SES sends a mail, and tells of it when it comes back.
    pub(crate) fn send_email(&self, request: &Value) -> Result<Value, Refusal> {
        let answer = self.mail.send_email(request)?;
        if let Some(event) = self.mail.comes_back(request, &answer) {
            self.events.of_service("aws.ses", "Email Bounced", &event)?;
        }
        Ok(answer)
    }

    /// Whoever reads mail at an address calls the newest one there a nuisance. False when there is none.
    pub fn complain(&self, address: &str) -> Result<bool, Refusal> {
        let Some(event) = self.mail.complaint(address)? else { return Ok(false) };
        self.events.of_service("aws.ses", "Email Complaint Received", &event)?;
        Ok(true)
    }

    /// Moves the world's clock ahead, and keeps that across a restart.
    pub fn advance(&self, by: Duration) -> Result<(), EngineError> {
        self.clock.advance(by);
        self.store.keep("clock_ahead_ns", &self.clock.ahead().as_nanos().to_string())?;
        self.pulse.beat();
        Ok(())
    }
}

fn create_folder(folder: &Path) -> Result<(), EngineError> {
    std::fs::create_dir_all(folder).map_err(|source| EngineError::Files { path: folder.to_owned(), source })
}

/// A folder that goes when this does.
#[derive(Debug)]
pub(crate) struct TempFolder(PathBuf);

impl TempFolder {
    pub(crate) fn new(name: &str) -> Result<Self, EngineError> {
        static MADE: AtomicU64 = AtomicU64::new(0);
        let nth = MADE.fetch_add(1, Ordering::SeqCst);
        let path = std::env::temp_dir().join(format!("holdfast-{name}-{}-{nth}", std::process::id()));
        // One of a process that died with the same number would bring its files along.
        drop(std::fs::remove_dir_all(&path));
        create_folder(&path)?;
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TempFolder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

pub(crate) fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn text<'a>(of: &'a Value, name: &str) -> Option<&'a str> {
    of.get(name).and_then(Value::as_str)
}

/// A UUID's shape around a number: ids that a seeded world repeats.
fn uuid(kind: u16, number: i64) -> String {
    format!("{:08x}-{kind:04x}-4000-8000-{:012x}", number >> 48, number & 0xffff_ffff_ffff)
}
