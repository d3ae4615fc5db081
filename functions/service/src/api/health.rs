//! GET /health: whether the API answers, and which build of it.

use axum::extract::State;
use holdfast_http::{Json, OurFault, endpoint};
use holdfast_runtime::{FromInit, Function, Init, InitError};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

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
}

impl FromInit for Health {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        Ok(Self {
            status: "up".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            build: init.env.text("BUILD_VERSION")?.to_owned(),
        })
    }
}

/// Whether the API answers.
///
/// It asks nothing of anything else: a table that is slow for a moment must not take the whole API out of a load
/// balancer's rotation.
#[utoipa::path(
    get, path = "/health", operation_id = "health", tag = "service", security(()),
    responses((status = 200, description = "It is up", body = Health), OurFault)
)]
async fn health(State(health): State<Health>) -> Json<Health> {
    Json(health)
}

/// health.
pub fn function() -> Function {
    endpoint::<Health>("health", || routes!(health))
}
