//! PATCH /v1/admin/webhook-endpoints/{id}: staff change an endpoint, or switch it off or on.

use axum::extract::State;
use holdfast_core::WebhookEndpointId;
use holdfast_http::{
    BodyProblems, ETag, IfMatch, Json, NotFound, Origin, OurFault, Path, Problem, Staff, StaffProblems, Stale, Tagged,
    endpoint, permission, present,
};
use holdfast_runtime::Function;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::EndpointView;
use crate::domain::{Change, Description, Filter, Target};
use crate::events::Happened;
use crate::store::{Desk, ROUNDS};

/// What is to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateEndpointRequest {
    /// Where events are sent from now on.
    #[schema(value_type = String, required = false, max_length = 2000)]
    #[serde(default, deserialize_with = "present")]
    url: Option<Target>,
    /// Of which types from now on.
    #[schema(value_type = Vec<String>, required = false, min_items = 1, max_items = 200)]
    #[serde(default, deserialize_with = "present")]
    event_types: Option<Filter>,
    /// What staff call it from now on.
    #[schema(value_type = String, required = false, min_length = 1, max_length = 200)]
    #[serde(default, deserialize_with = "present")]
    description: Option<Description>,
    /// Whether it is told from now on.
    #[schema(inline, required = false)]
    #[serde(default, deserialize_with = "present")]
    status: Option<Wanted>,
}

/// Whether an endpoint is to be told.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Wanted {
    /// It is.
    Enabled,
    /// It is not.
    Disabled,
}

/// Changes an endpoint.
///
/// One that is switched on again is told of what happens from then on. What happened before can be sent again, delivery by delivery.
#[utoipa::path(
    patch, path = "/v1/admin/webhook-endpoints/{id}", operation_id = "webhook_endpoints_update", tag = "notifications and audit", security(("access_token" = ["webhooks"])),
    params(
        ("id" = String, Path, description = "The endpoint's id"),
        ("if-match" = Option<String>, Header, description = "The version that is meant: 412 when it is not the current one")
    ),
    request_body = UpdateEndpointRequest,
    responses(
        (status = 200, description = "The endpoint as it is now", body = EndpointView, headers(("etag" = String, description = "The endpoint's version"))),
        BodyProblems, StaffProblems, NotFound, Stale, OurFault
    )
)]
async fn webhook_endpoints_update(
    State(Desk { webhooks, .. }): State<Desk>,
    staff: Staff<permission::Webhooks>,
    origin: Origin,
    if_match: IfMatch,
    Path(id): Path<WebhookEndpointId>,
    Json(body): Json<UpdateEndpointRequest>,
) -> Result<Tagged<Json<EndpointView>>, Problem> {
    let UpdateEndpointRequest { url, event_types, description, status } = body;
    let change = Change { url, event_types, description, enabled: status.map(|status| status == Wanted::Enabled) };
    for _ in 0..ROUNDS {
        let mut item = webhooks.endpoint_to_change(id).await?;
        let (seen, now) = (item.endpoint.version, webhooks.ambient.now());
        if_match.admits(seen)?;
        item.endpoint = item.endpoint.changed(change.clone(), now);
        let happened = Happened::EndpointChanged { status: item.endpoint.status };
        let write = webhooks.change(&item, seen, &happened, &origin.causation(Some(staff.caller.user)));
        match webhooks.table.commit(write).await {
            Ok(()) => return Ok(Tagged(ETag(item.endpoint.version), Json(EndpointView::of(item.endpoint, now)))),
            Err(error) if error.failed_at(0) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Problem::unavailable("the endpoint kept changing"))
}

/// webhook-endpoints-update.
pub fn function() -> Function {
    endpoint::<Desk>("webhook-endpoints-update", || routes!(webhook_endpoints_update))
}
