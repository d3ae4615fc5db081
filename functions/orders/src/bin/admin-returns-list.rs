//! GET /v1/admin/returns: returns, for staff.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_orders::api::admin_returns_list::function())
}
