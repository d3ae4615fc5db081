//! GET /v1/admin/warehouses: all warehouses, for staff.

use axum::extract::State;
use holdfast_http::{Json, Listed, OurFault, Problem, Staff, StaffProblems, endpoint, permission};
use holdfast_runtime::Function;
use utoipa_axum::routes;

use super::WarehouseView;
use crate::store::Readers;

/// All warehouses, in the order in which they are taken from: there are 10 at most.
#[utoipa::path(
    get, path = "/v1/admin/warehouses", operation_id = "warehouses_list", tag = "inventory", security(("access_token" = ["inventory.read"])),
    responses((status = 200, description = "The warehouses", body = Listed<WarehouseView>), StaffProblems, OurFault)
)]
async fn warehouses_list(
    State(readers): State<Readers>,
    _: Staff<permission::InventoryRead>,
) -> Result<Json<Listed<WarehouseView>>, Problem> {
    let warehouses = readers.inventory.warehouses().await?;
    Ok(Json(Listed::whole(warehouses.iter().map(WarehouseView::of).collect())))
}

/// warehouses-list.
pub fn function() -> Function {
    endpoint::<Readers>("warehouses-list", || routes!(warehouses_list))
}
