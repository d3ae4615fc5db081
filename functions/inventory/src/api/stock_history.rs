//! GET /v1/admin/inventory/{sku}/history: every movement of an article, for staff.

use axum::extract::State;
use holdfast_core::{Sku, Timestamp, WarehouseId};
use holdfast_http::{
    Json, ListQuery, Listed, NotFound, OurFault, Path, Problem, Query, QueryProblems, Staff, StaffProblems, endpoint,
    permission,
};
use holdfast_runtime::Function;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::domain::{Kind, Movement};
use crate::store::Clerks;

/// A movement.
#[derive(Serialize, ToSchema)]
pub struct MovementView {
    /// What kind.
    kind: Kind,
    /// How many: signed where stock came or went, else how many were held or set free.
    quantity: i64,
    /// Where.
    #[schema(value_type = String)]
    warehouse_id: WarehouseId,
    /// What it left in that warehouse.
    balance_after: BalanceView,
    /// The reservation, the request's id, or the reason.
    reference: String,
    /// Who: a user's id; null where the shop itself did.
    actor: Option<String>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    time: Timestamp,
    /// The stock's how-manieth movement in that warehouse.
    sequence: u64,
}

/// What lies somewhere.
#[derive(Serialize, ToSchema)]
pub struct BalanceView {
    available: u32,
    reserved: u32,
    on_hand: u32,
}

impl From<Movement> for MovementView {
    fn from(movement: Movement) -> Self {
        let (quantity, after) = (movement.quantity(), movement.after);
        let balance_after =
            BalanceView { available: after.available, reserved: after.reserved, on_hand: after.on_hand() };
        let Movement { kind, warehouse_id, sequence, reference, actor, at: time, .. } = movement;
        Self { kind, quantity, warehouse_id, balance_after, reference, actor, time, sequence }
    }
}

/// Every movement of an article, the newest first. The list follows the stock within seconds.
#[utoipa::path(
    get, path = "/v1/admin/inventory/{sku}/history", operation_id = "stock_history", tag = "inventory", security(("access_token" = ["inventory.read"])),
    params(("sku" = String, Path, description = "The article's SKU"), ListQuery),
    responses((status = 200, description = "A page of movements", body = Listed<MovementView>), QueryProblems, StaffProblems, NotFound, OurFault)
)]
async fn stock_history(
    State(clerks): State<Clerks>,
    _: Staff<permission::InventoryRead>,
    Path(sku): Path<Sku>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Listed<MovementView>>, Problem> {
    let inventory = &clerks.inventory;
    inventory.article(&sku).await?.ok_or_else(|| Problem::not_found("article"))?;
    let (key, cursor) = (clerks.server_key.cursors(), query.cursor.as_deref());
    let page = inventory.history(&sku, &key, query.limit()?, cursor).await?;
    let items = page.items.into_iter().map(MovementView::from).collect();
    Ok(Json(Listed { items, next_cursor: page.next_cursor }))
}

/// stock-history.
pub fn function() -> Function {
    endpoint::<Clerks>("stock-history", || routes!(stock_history))
}
