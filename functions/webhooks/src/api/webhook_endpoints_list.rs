//! GET /v1/admin/webhook-endpoints: where events are sent, for staff.

use axum::extract::State;
use holdfast_http::{Json, Listed, OurFault, Problem, Staff, StaffProblems, endpoint, permission};
use holdfast_runtime::Function;
use utoipa_axum::routes;

use super::EndpointView;
use crate::store::Desk;

/// All endpoints, the oldest first: there are 20 at most.
#[utoipa::path(
    get, path = "/v1/admin/webhook-endpoints", operation_id = "webhook_endpoints_list", tag = "notifications and audit", security(("access_token" = ["webhooks"])),
    responses((status = 200, description = "The endpoints", body = Listed<EndpointView>), StaffProblems, OurFault)
)]
async fn webhook_endpoints_list(
    State(desk): State<Desk>,
    _: Staff<permission::Webhooks>,
) -> Result<Json<Listed<EndpointView>>, Problem> {
    let (endpoints, now) = (desk.webhooks.endpoints().await?, desk.webhooks.ambient.now());
    Ok(Json(Listed::whole(endpoints.into_iter().map(|endpoint| EndpointView::of(endpoint, now)).collect())))
}

/// webhook-endpoints-list.
pub fn function() -> Function {
    endpoint::<Desk>("webhook-endpoints-list", || routes!(webhook_endpoints_list))
}
