//! GET /v1/admin/audit: who did what, for staff.

use axum::extract::State;
use holdfast_core::{EventId, Timestamp};
use holdfast_http::{
    Json, ListQuery, Listed, OurFault, Problem, Query, QueryProblems, Staff, StaffProblems, endpoint, permission,
};
use holdfast_runtime::Function;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use crate::domain::{Entry, Record};
use crate::store::{Desk, Sought};

/// The longest name of a subject or of an actor, in characters: an id or a SKU, and a little.
const LONGEST_NAME: usize = 200;

/// Which records, and which part of them.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// About this: an order's id, a user's, a SKU.
    #[param(example = "ord_06f8znhqkg9xq6w3kqxk2b5m8r")]
    subject: Option<String>,
    /// Of what this user did.
    #[param(example = "usr_06f8znhqkg9xq6w3kqxk2b5m8r")]
    actor: Option<String>,
    /// From then on.
    #[param(value_type = Option<String>, example = "2026-11-01T00:00:00Z")]
    from: Option<Timestamp>,
    /// Before then.
    #[param(value_type = Option<String>, example = "2026-12-01T00:00:00Z")]
    to: Option<Timestamp>,
    /// How many, 1 to 100; 20 when it is not said.
    #[param(minimum = 1, maximum = 100, example = 20)]
    limit: Option<String>,
    /// Where to go on: `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A record of the trail.
#[derive(Serialize, ToSchema)]
pub struct AuditView {
    /// Which event.
    #[schema(value_type = String)]
    event_id: EventId,
    /// What happened.
    #[schema(example = "orders.order-shipped.v1")]
    event_type: String,
    /// Whom or what it happened to.
    subject: String,
    /// The subject's how-manieth event it is.
    sequence: u64,
    /// Who set it off: a user's id.
    actor: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    time: Timestamp,
    /// Shared by everything that one outside request set off: the request's id.
    correlation_id: String,
    /// Its place in its subject's chain.
    position: u64,
    /// Its hash, and by it that of all before it.
    hash: String,
    /// The hash of the one before it; empty for the first.
    previous: String,
    /// The SHA-256 of the whole event, which the archive has.
    digest: String,
}

impl From<Entry> for AuditView {
    fn from(entry: Entry) -> Self {
        let Entry { record, hash } = entry;
        let Record { event_id, event_type, subject, sequence, actor, time, correlation_id, .. } = record;
        let Record { position, previous, digest, .. } = record;
        Self { event_id, event_type, subject, sequence, actor, time, correlation_id, position, hash, previous, digest }
    }
}

/// What staff and customers did, of which all that is asked for is true, the newest first.
///
/// It follows what happens within seconds. A record holds ids alone: who and what they stand for is read elsewhere, by whoever may.
#[utoipa::path(
    get, path = "/v1/admin/audit", operation_id = "audit_list", tag = "notifications and audit", security(("access_token" = ["audit.read"])),
    params(AuditQuery),
    responses((status = 200, description = "A page of records", body = Listed<AuditView>), QueryProblems, StaffProblems, OurFault)
)]
async fn audit_list(
    State(desk): State<Desk>,
    _: Staff<permission::AuditRead>,
    Query(query): Query<AuditQuery>,
) -> Result<Json<Listed<AuditView>>, Problem> {
    let AuditQuery { subject, actor, from, to, limit, cursor } = query;
    let limit = ListQuery { limit, cursor: None }.limit()?;
    let sought = Sought { subject: named("?subject", subject)?, actor: named("?actor", actor)?, from, to };
    let page = desk.trail.list(&sought, limit, &desk.server_key.cursors(), cursor.as_deref()).await??;
    let items = page.items.into_iter().map(AuditView::from).collect();
    Ok(Json(Listed { items, next_cursor: page.next_cursor }))
}

fn named(pointer: &str, name: Option<String>) -> Result<Option<String>, Problem> {
    match name {
        Some(name) if !(1..=LONGEST_NAME).contains(&name.chars().count()) => {
            Err(Problem::invalid(pointer, format!("must have 1 to {LONGEST_NAME} characters")))
        }
        name => Ok(name),
    }
}

/// audit-list.
pub fn function() -> Function {
    endpoint::<Desk>("audit-list", || routes!(audit_list))
}
