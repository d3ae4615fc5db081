//! PATCH /v1/admin/warehouses/{id}: staff rename a warehouse, or move it in the order.

use axum::extract::State;
use holdfast_core::WarehouseId;
use holdfast_http::{
    BodyProblems, ETag, IfMatch, Json, NotFound, Origin, OurFault, Path, Problem, Staff, StaffProblems, Stale, Tagged,
    endpoint, permission, present,
};
use holdfast_runtime::Function;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::WarehouseView;
use crate::domain::{Priority, WarehouseName};
use crate::store::{ROUNDS, Readers};

/// What is to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateWarehouseRequest {
    /// What it is called from now on.
    #[schema(value_type = String, required = false)]
    #[serde(default, deserialize_with = "present")]
    name: Option<WarehouseName>,
    /// Its place in the order from now on.
    #[schema(value_type = u32, required = false, maximum = 1000)]
    #[serde(default, deserialize_with = "present")]
    priority: Option<Priority>,
}

/// Changes a warehouse.
///
/// What is held already stays where it is: the order counts for what is held from now on.
#[utoipa::path(
    patch, path = "/v1/admin/warehouses/{id}", operation_id = "warehouses_update", tag = "inventory", security(("access_token" = ["inventory.write"])),
    params(
        ("id" = String, Path, description = "The warehouse's id"),
        ("if-match" = Option<String>, Header, description = "The version that is meant: 412 when it is not the current one")
    ),
    request_body = UpdateWarehouseRequest,
    responses(
        (status = 200, description = "The warehouse as it is now", body = WarehouseView, headers(("etag" = String, description = "The warehouse's version"))),
        BodyProblems, StaffProblems, NotFound, Stale, OurFault
    )
)]
async fn warehouses_update(
    State(readers): State<Readers>,
    staff: Staff<permission::InventoryWrite>,
    origin: Origin,
    if_match: IfMatch,
    Path(id): Path<WarehouseId>,
    Json(change): Json<UpdateWarehouseRequest>,
) -> Result<Tagged<Json<WarehouseView>>, Problem> {
    let inventory = &readers.inventory;
    for _ in 0..ROUNDS {
        let mut warehouse = inventory.warehouse(id).await?;
        let seen = warehouse.version;
        if_match.admits(seen)?;
        warehouse.name = change.name.clone().unwrap_or(warehouse.name);
        warehouse.priority = change.priority.unwrap_or(warehouse.priority);
        warehouse.version = seen.saturating_add(1);
        let write = inventory.change_warehouse(&warehouse, seen, &origin.causation(Some(staff.caller.user)));
        match inventory.table.commit(write).await {
            Ok(()) => return Ok(Tagged(ETag(warehouse.version), Json(WarehouseView::of(&warehouse)))),
            Err(error) if error.failed_at(0) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Problem::unavailable("the warehouse kept changing"))
}

/// warehouses-update.
pub fn function() -> Function {
    endpoint::<Readers>("warehouses-update", || routes!(warehouses_update))
}
