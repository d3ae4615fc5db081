//! POST /v1/admin/webhook-deliveries/{id}/resend: staff have a delivery made again.

use axum::extract::State;
use axum::http::StatusCode;
use holdfast_core::WebhookDeliveryId;
use holdfast_http::{Json, NotFound, Origin, OurFault, Path, Problem, Staff, StaffProblems, endpoint, permission};
use holdfast_runtime::Function;
use utoipa_axum::routes;

use super::DeliveryView;
use crate::store::{Desk, ROUNDS};

/// Has a delivery made again, once, soon: whatever became of it so far, and also to an endpoint that is switched off.
///
/// It is the same delivery with the same body, signed anew.
#[utoipa::path(
    post, path = "/v1/admin/webhook-deliveries/{id}/resend", operation_id = "webhook_deliveries_resend", tag = "notifications and audit", security(("access_token" = ["webhooks"])),
    params(("id" = String, Path, description = "The delivery's id")),
    responses((status = 202, description = "The delivery as it is before that", body = DeliveryView), StaffProblems, NotFound, OurFault)
)]
async fn webhook_deliveries_resend(
    State(Desk { webhooks, .. }): State<Desk>,
    staff: Staff<permission::Webhooks>,
    origin: Origin,
    Path(id): Path<WebhookDeliveryId>,
) -> Result<(StatusCode, Json<DeliveryView>), Problem> {
    for _ in 0..ROUNDS {
        let delivery = webhooks.delivery(id).await?.ok_or_else(|| Problem::not_found("webhook delivery"))?;
        let endpoint = webhooks.endpoint(delivery.endpoint_id).await?;
        let endpoint = endpoint.ok_or_else(|| Problem::not_found("webhook endpoint"))?;
        let write = webhooks.resend_request(&delivery, &origin.causation(Some(staff.caller.user)));
        match webhooks.table.commit(write).await {
            Ok(()) => return Ok((StatusCode::ACCEPTED, Json(DeliveryView::of(delivery, &endpoint)))),
            Err(error) if error.failed_at(0) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Problem::unavailable("the delivery kept changing"))
}

/// webhook-deliveries-resend.
pub fn function() -> Function {
    endpoint::<Desk>("webhook-deliveries-resend", || routes!(webhook_deliveries_resend))
}
