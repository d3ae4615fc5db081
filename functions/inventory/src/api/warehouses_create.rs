//! POST /v1/admin/warehouses: staff open a warehouse.

use axum::extract::State;
use axum::http::StatusCode;
use holdfast_core::WarehouseId;
use holdfast_http::{
    Json, Keyed, KeyedProblems, Origin, OurFault, Problem, Staff, StaffProblems, endpoint, permission,
};
use holdfast_runtime::Function;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::WarehouseView;
use crate::domain::{Priority, Warehouse, WarehouseName};
use crate::store::{Asked, Clerks};

/// A warehouse to be opened.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateWarehouseRequest {
    /// What it is called: 1 to 100 characters.
    #[schema(value_type = String, example = "Zurich")]
    name: WarehouseName,
    /// Its place in the order in which they are taken from, 0 to 1,000: the lowest first.
    #[schema(value_type = u32, maximum = 1000, example = 10)]
    priority: Priority,
}

/// Opens a warehouse.
///
/// A shop has at most 10.
#[utoipa::path(
    post, path = "/v1/admin/warehouses", operation_id = "warehouses_create", tag = "inventory", security(("access_token" = ["inventory.write"])),
    params(("idempotency-key" = String, Header, description = "Names the request: its repeat opens nothing")),
    request_body = CreateWarehouseRequest,
    responses(
        (status = 201, description = "The warehouse", body = WarehouseView),
        (status = 409, description = "too_many_warehouses: there are 10 already", body = holdfast_http::ProblemBody, content_type = "application/problem+json"),
        KeyedProblems, StaffProblems, OurFault
    )
)]
async fn warehouses_create(
    State(clerks): State<Clerks>,
    staff: Staff<permission::InventoryWrite>,
    origin: Origin,
    Keyed { key, fingerprint, body }: Keyed<CreateWarehouseRequest>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let (inventory, caller) = (&clerks.inventory, staff.caller.user);
    let receipt = match clerks.asked("warehouses-create", caller, &key, fingerprint).await? {
        Asked::Before(answer) => return Ok((StatusCode::CREATED, Json(answer))),
        Asked::New(receipt) => receipt,
    };
    let id: WarehouseId = clerks.server_key.id("warehouses-create", &caller.to_string(), &key);
    let created_at = inventory.ambient.now();
    let warehouse = Warehouse { id, name: body.name, priority: body.priority, version: 1, created_at };
    let opened = inventory.open_warehouse(&warehouse, &origin.causation(Some(caller)));
    let actions = vec![inventory.count_warehouse(), opened];
    match inventory.once(&receipt, &WarehouseView::of(&warehouse), actions).await? {
        Ok(answer) => Ok((StatusCode::CREATED, Json(answer))),
        // The receipt comes first, the count after it.
        Err(error) if error.failed_at(1) => {
            let detail = format!("There are {} warehouses already.", Warehouse::MOST);
            Err(Problem::conflict("too_many_warehouses", "There are too many warehouses", detail))
        }
        Err(error) => Err(error.into()),
    }
}

/// warehouses-create.
pub fn function() -> Function {
    endpoint::<Clerks>("warehouses-create", || routes!(warehouses_create))
}
