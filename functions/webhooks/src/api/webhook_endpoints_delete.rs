//! DELETE /v1/admin/webhook-endpoints/{id}: staff remove an endpoint.

use axum::extract::State;
use holdfast_core::WebhookEndpointId;
use holdfast_http::{NoContent, NotFound, Origin, OurFault, Path, Problem, Staff, StaffProblems, endpoint, permission};
use holdfast_runtime::Function;
use utoipa_axum::routes;

use crate::domain::Status;
use crate::store::{Desk, ROUNDS};

/// Removes an endpoint. What is on its way to it stays where it is.
#[utoipa::path(
    delete, path = "/v1/admin/webhook-endpoints/{id}", operation_id = "webhook_endpoints_delete", tag = "notifications and audit", security(("access_token" = ["webhooks"])),
    params(("id" = String, Path, description = "The endpoint's id")),
    responses((status = 204, description = "The endpoint is gone"), StaffProblems, NotFound, OurFault)
)]
async fn webhook_endpoints_delete(
    State(Desk { webhooks, .. }): State<Desk>,
    staff: Staff<permission::Webhooks>,
    origin: Origin,
    Path(id): Path<WebhookEndpointId>,
) -> Result<NoContent, Problem> {
    for _ in 0..ROUNDS {
        let mut item = webhooks.endpoint_to_change(id).await?;
        let seen = item.endpoint.version;
        item.endpoint.status = Status::Deleted;
        item.endpoint.version = seen.saturating_add(1);
        item.deleted_at = Some(webhooks.ambient.now());
        match webhooks.removal(&item, seen, &origin.causation(Some(staff.caller.user))).commit().await {
            Ok(()) => return Ok(NoContent),
            Err(error) if error.failed_at(0) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Problem::unavailable("the endpoint kept changing"))
}

/// webhook-endpoints-delete.
pub fn function() -> Function {
    endpoint::<Desk>("webhook-endpoints-delete", || routes!(webhook_endpoints_delete))
}
