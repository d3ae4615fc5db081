//! GET /health: whether the API answers, which build of it, and whether what it needs answers too.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use holdfast_core::{Ambient, Timestamp};
use holdfast_dynamo::{Item, Key, Store, Table};
use holdfast_http::{Json, OurFault, endpoint};
use holdfast_runtime::{FromInit, Function, Init, InitError};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use utoipa::ToSchema;
use utoipa_axum::routes;

/// Whoever asks does not wait longer for the database than this.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long an answer of the database is repeated: however many ask, it is asked six times a minute by each instance.
const REMEMBERED: SignedDuration = SignedDuration::from_secs(10);

/// That it is up.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Health {
    /// Always `up`: what is down does not answer.
    #[schema(example = "up")]
    status: String,
    /// The API's version.
    #[schema(example = "0.1.0")]
    version: String,
    /// The build that is deployed.
    #[schema(example = "9e90b8b")]
    build: String,
    /// What it needs.
    dependencies: Dependencies,
}

/// What the API needs.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Dependencies {
    /// The tables.
    database: Standing,
}

/// Whether something answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It does.
    Up,
    /// It does not, or not within a second.
    Down,
}

/// Who answers for it.
#[derive(Clone, Debug)]
pub struct Doctor {
    build: String,
    table: Table,
    ambient: Ambient,
    seen: Arc<Mutex<Option<(Timestamp, Standing)>>>,
}

/// An item that is not there: to ask for it is enough.
#[derive(Debug, Serialize, Deserialize)]
struct Nothing {}

impl Item for Nothing {
    const ENTITY: &'static str = "nothing";
    fn key(&self) -> Key {
        Key::new("HEALTH", "HEALTH")
    }
}

impl FromInit for Doctor {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        let table = Store::new(init).table(init, "CATALOG_TABLE")?;
        let build = init.env.text("BUILD_VERSION")?.to_owned();
        Ok(Self { build, table, ambient: init.ambient.clone(), seen: Arc::default() })
    }
}

impl Doctor {
    async fn database(&self) -> Standing {
        let mut seen = self.seen.lock().await;
        let now = self.ambient.now();
        if let Some((at, standing)) = *seen
            && now.duration_since(at) < REMEMBERED
        {
            return standing;
        }
        let asked = tokio::time::timeout(PATIENCE, self.table.get::<Nothing>(&Nothing {}.key())).await;
        let standing = if matches!(asked, Ok(Ok(_))) { Standing::Up } else { Standing::Down };
        *seen = Some((now, standing));
        standing
    }
}

/// Whether the API answers, and what it needs.
///
/// Its status does not depend on anything else: a table that is slow for a moment must not take the whole API out of a load
/// balancer's rotation.
#[utoipa::path(
    get, path = "/health", operation_id = "health", tag = "service", security(()),
    responses((status = 200, description = "It is up", body = Health), OurFault)
)]
async fn health(State(doctor): State<Doctor>) -> Json<Health> {
    Json(Health {
        status: "up".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        build: doctor.build.clone(),
        dependencies: Dependencies { database: doctor.database().await },
    })
}

/// health.
pub fn function() -> Function {
    endpoint::<Doctor>("health", || routes!(health))
}
