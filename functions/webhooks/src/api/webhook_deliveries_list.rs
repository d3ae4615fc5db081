//! GET /v1/admin/webhook-endpoints/{id}/deliveries: what an endpoint was sent, for staff.

use axum::extract::State;
use holdfast_core::WebhookEndpointId;
use holdfast_http::{
    Json, ListQuery, Listed, NotFound, OurFault, Path, Problem, Query, QueryProblems, Staff, StaffProblems, endpoint,
    permission,
};
use holdfast_runtime::Function;
use utoipa_axum::routes;

use super::DeliveryView;
use crate::store::Clerks;

/// An endpoint's deliveries of the last 30 days, the newest first, with what became of each attempt.
///
/// Of an answer its status is kept, and nothing of what it said.
#[utoipa::path(
    get, path = "/v1/admin/webhook-endpoints/{id}/deliveries", operation_id = "webhook_deliveries_list", tag = "notifications and audit", security(("access_token" = ["webhooks"])),
    params(("id" = String, Path, description = "The endpoint's id"), ListQuery),
    responses((status = 200, description = "A page of deliveries", body = Listed<DeliveryView>), QueryProblems, StaffProblems, NotFound, OurFault)
)]
async fn webhook_deliveries_list(
    State(Clerks { webhooks, server_key, .. }): State<Clerks>,
    _: Staff<permission::Webhooks>,
    Path(id): Path<WebhookEndpointId>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Listed<DeliveryView>>, Problem> {
    let limit = query.limit()?;
    let endpoint = webhooks.endpoint(id).await?.ok_or_else(|| Problem::not_found("webhook endpoint"))?;
    let page = webhooks.deliveries(id, limit, &server_key.cursors(), query.cursor.as_deref()).await??;
    let items = page.items.into_iter().map(|delivery| DeliveryView::of(delivery, &endpoint)).collect();
    Ok(Json(Listed { items, next_cursor: page.next_cursor }))
}

/// webhook-deliveries-list.
pub fn function() -> Function {
    endpoint::<Clerks>("webhook-deliveries-list", || routes!(webhook_deliveries_list))
}
