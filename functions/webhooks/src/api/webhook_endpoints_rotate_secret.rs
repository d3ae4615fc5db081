//! POST /v1/admin/webhook-endpoints/{id}/rotate-secret: staff replace what an endpoint's deliveries are signed with.

use axum::extract::{FromRequest, Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use holdfast_core::{Timestamp, WebhookEndpointId};
use holdfast_http::{
    BodyProblems, Json, NotFound, Origin, OurFault, Path, Problem, Staff, StaffProblems, endpoint, permission, present,
};
use holdfast_runtime::Function;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::domain::Endpoint;
use crate::events::Happened;
use crate::store::{ROUNDS, Vault};

/// How a secret is replaced. The body may be left out.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RotateSecretRequest {
    /// For how many seconds the old secret signs beside the new one: a day when it is not said, and not at all (0) when it has leaked.
    #[schema(value_type = u32, required = false, maximum = 604800, example = 86400)]
    #[serde(default, deserialize_with = "present")]
    overlap_seconds: Option<u32>,
}

/// A new secret.
#[derive(Serialize, ToSchema)]
pub struct RotatedSecret {
    /// What deliveries are signed with. It is shown here, and never again.
    #[schema(example = "whsec_…")]
    secret: String,
    /// Until when the old one signs beside it.
    #[schema(value_type = String, format = DateTime)]
    previous_secret_valid_until: Timestamp,
}

/// Replaces an endpoint's secret.
///
/// For a while deliveries are signed with both. An answer that got lost is made up for by replacing it once more: up to three old secrets
/// sign beside the new one.
#[utoipa::path(
    post, path = "/v1/admin/webhook-endpoints/{id}/rotate-secret", operation_id = "webhook_endpoints_rotate_secret", tag = "notifications and audit", security(("access_token" = ["webhooks"])),
    params(("id" = String, Path, description = "The endpoint's id")),
    request_body(content = RotateSecretRequest, description = "May be left out"),
    responses((status = 200, description = "The new secret", body = RotatedSecret), BodyProblems, StaffProblems, NotFound, OurFault)
)]
async fn webhook_endpoints_rotate_secret(
    State(Vault { webhooks, secrets, .. }): State<Vault>,
    staff: Staff<permission::Webhooks>,
    origin: Origin,
    Path(id): Path<WebhookEndpointId>,
    request: Request,
) -> Result<Json<RotatedSecret>, Problem> {
    let overlap = overlap(request).await?;
    for _ in 0..ROUNDS {
        let mut item = webhooks.endpoint_to_change(id).await?;
        let (seen, now) = (item.endpoint.version, webhooks.ambient.now());
        let until = now.saturating_add(overlap).unwrap_or(now);
        item.endpoint = item.endpoint.rotated(now, until);
        let generation = item.endpoint.generation;
        let happened = Happened::SecretRotated { generation };
        let write = webhooks.change(&item, seen, &happened, &origin.causation(Some(staff.caller.user)));
        match webhooks.table.commit(write).await {
            Ok(()) => {
                let secret = secrets.secret(id, generation);
                return Ok(Json(RotatedSecret { secret, previous_secret_valid_until: until }));
            }
            Err(error) if error.failed_at(0) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Problem::unavailable("the endpoint kept changing"))
}

async fn overlap(request: Request) -> Result<SignedDuration, Problem> {
    let headers = request.headers();
    let says_nothing = !headers.contains_key(CONTENT_TYPE)
        && headers.get(CONTENT_LENGTH).is_none_or(|length| length.as_bytes() == b"0");
    let body = match says_nothing {
        true => RotateSecretRequest::default(),
        false => Json::<RotateSecretRequest>::from_request(request, &()).await?.0,
    };
    match body.overlap_seconds {
        None => Ok(Endpoint::USUAL_OVERLAP),
        Some(seconds) if seconds <= Endpoint::LONGEST_OVERLAP_S => Ok(SignedDuration::from_secs(seconds.into())),
        Some(_) => {
            Err(Problem::invalid("/overlap_seconds", format!("must be at most {}", Endpoint::LONGEST_OVERLAP_S)))
        }
    }
}

/// webhook-endpoints-rotate-secret.
pub fn function() -> Function {
    endpoint::<Vault>("webhook-endpoints-rotate-secret", || routes!(webhook_endpoints_rotate_secret))
}
