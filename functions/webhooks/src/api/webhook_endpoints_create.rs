//! POST /v1/admin/webhook-endpoints: staff register where events are sent.

use axum::extract::State;
use axum::http::StatusCode;
use holdfast_core::{Timestamp, UserId, WebhookEndpointId};
use holdfast_http::{
    Json, Keyed, KeyedProblems, Origin, OurFault, Problem, Staff, StaffProblems, endpoint, permission, present,
};
use holdfast_runtime::Function;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::EndpointView;
use crate::domain::{Description, Endpoint, Filter, Status, Target};
use crate::store::{EndpointItem, Registrar};

/// An endpoint to be registered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateEndpointRequest {
    /// Where events are sent: https, to a host that everybody can reach.
    #[schema(value_type = String, max_length = 2000, example = "https://erp.example.com/hooks")]
    url: Target,
    /// Of which types: `events/schemas` has them.
    #[schema(value_type = Vec<String>, min_items = 1, max_items = 200, example = json!(["orders.order-paid.v1", "orders.order-shipped.v1"]))]
    event_types: Filter,
    /// What staff call it: 1 to 200 characters.
    #[schema(value_type = String, required = false, min_length = 1, max_length = 200, example = "Our ERP")]
    #[serde(default, deserialize_with = "present")]
    description: Option<Description>,
}

/// An endpoint with its secret.
#[derive(Serialize, ToSchema)]
pub struct CreatedEndpoint {
    /// The endpoint.
    #[serde(flatten)]
    endpoint: EndpointView,
    /// What its deliveries are signed with. It is shown here, and never again.
    #[schema(example = "whsec_…")]
    secret: String,
}

/// Registers an endpoint, which is told from now on.
///
/// A delivery is a POST with an event as its body, and a header `holdfast-signature: t=<unix seconds>,v1=<hex>`: HMAC-SHA256, by the
/// secret, of the seconds, a dot and the body's bytes. While a secret is being replaced there are several `v1`. Any status of the two
/// hundreds is taken for success; all else is tried again for a day. Events of one subject come in the order of their `sequence`; a
/// header `holdfast-mark` says `gap` when one before is missing, and `late` when one after it has been sent. There are 20 endpoints
/// at most.
#[utoipa::path(
    post, path = "/v1/admin/webhook-endpoints", operation_id = "webhook_endpoints_create", tag = "notifications and audit", security(("access_token" = ["webhooks"])),
    params(("idempotency-key" = String, Header, description = "Names the request: its repeat registers nothing, and shows the same secret")),
    request_body = CreateEndpointRequest,
    responses(
        (status = 201, description = "The endpoint, with its secret", body = CreatedEndpoint),
        (status = 409, description = "too_many_endpoints: there are 20 already", body = holdfast_http::ProblemBody, content_type = "application/problem+json"),
        KeyedProblems, StaffProblems, OurFault
    )
)]
async fn webhook_endpoints_create(
    State(Registrar { vault, server_key }): State<Registrar>,
    staff: Staff<permission::Webhooks>,
    origin: Origin,
    Keyed { key, fingerprint, body }: Keyed<CreateEndpointRequest>,
) -> Result<(StatusCode, Json<CreatedEndpoint>), Problem> {
    let (webhooks, owner) = (&vault.webhooks, staff.caller.user);
    let id: WebhookEndpointId = server_key.id("webhook-endpoints-create", &owner.to_string(), &key);
    let now = webhooks.ambient.now();
    let item = EndpointItem { endpoint: registered(id, body, owner, now), fingerprint, deleted_at: None };
    let committed = match webhooks.endpoint_item(id).await? {
        None => webhooks.registration(&item, &origin.causation(Some(owner))).commit().await,
        Some(_) => Ok(()),
    };
    let created_at = match committed {
        Err(error) if error.failed_at(0) && !error.failed_at(1) => {
            let detail = format!("There are {} endpoints already.", Endpoint::MOST);
            return Err(Problem::conflict("too_many_endpoints", "There are too many endpoints", detail));
        }
        // A repeat, or a twin that was faster: what it made is shown as it was made.
        Ok(()) | Err(holdfast_dynamo::CommitError::Cancelled(_)) => {
            let first = webhooks.endpoint_item(id).await?;
            let first = first.ok_or_else(|| Problem::unavailable("the endpoint is not there yet"))?;
            item.fingerprint.agrees_with(&first.fingerprint)?;
            first.endpoint.created_at
        }
        Err(error) => return Err(error.into()),
    };
    let endpoint = Endpoint { created_at, ..item.endpoint };
    let secret = vault.secrets.secret(id, endpoint.generation);
    Ok((StatusCode::CREATED, Json(CreatedEndpoint { endpoint: EndpointView::of(endpoint, now), secret })))
}

fn registered(id: WebhookEndpointId, body: CreateEndpointRequest, owner: UserId, now: Timestamp) -> Endpoint {
    Endpoint {
        id,
        version: 1,
        url: body.url,
        event_types: body.event_types,
        description: body.description,
        status: Status::Enabled,
        epoch: 1,
        since: now,
        generation: 1,
        retiring: Vec::new(),
        owner,
        created_at: now,
    }
}

/// webhook-endpoints-create.
pub fn function() -> Function {
    endpoint::<Registrar>("webhook-endpoints-create", || routes!(webhook_endpoints_create))
}
