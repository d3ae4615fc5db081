//! GET /v1/admin/orders/{id}: an order, for staff.

use axum::extract::State;
use holdfast_core::OrderId;
use holdfast_http::{Json, NotFound, OurFault, Path, Problem, Staff, StaffProblems, endpoint, permission};
use holdfast_runtime::Function;
use utoipa_axum::routes;

use super::staff_views::{Sight, StaffOrder};
use crate::store::Counter;

/// An order, as the caller's role may see it.
///
/// Support and admins see all of it, with who did what and why. The warehouse sees what is packed and where it goes; analysts
/// see nothing personal.
#[utoipa::path(
    get, path = "/v1/admin/orders/{id}", operation_id = "admin_orders_get", tag = "orders", security(("access_token" = ["orders.read"])),
    params(("id" = String, Path, description = "The order's id")),
    responses((status = 200, description = "The order", body = StaffOrder), StaffProblems, NotFound, OurFault)
)]
async fn admin_orders_get(
    State(counter): State<Counter>,
    staff: Staff<permission::OrdersRead>,
    Path(id): Path<OrderId>,
) -> Result<Json<StaffOrder>, Problem> {
    let sight = Sight::of(&staff.caller);
    let found = counter.orders.order_and_buyer(id).await?;
    let (order, buyer) = found.ok_or_else(|| Problem::not_found("order"))?;
    let returns = match sight {
        Sight::Whole if order.returns > 0 => counter.orders.returns_of(id).await?,
        Sight::Whole | Sight::Parcel | Sight::Figures => Vec::new(),
    };
    Ok(Json(sight.order(&order, buyer.as_ref(), &returns)))
}

/// admin-orders-get.
pub fn function() -> Function {
    endpoint::<Counter>("admin-orders-get", || routes!(admin_orders_get))
}
