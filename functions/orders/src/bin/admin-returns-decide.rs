//! POST /v1/admin/orders/{id}/returns/{return_id}: staff decide a return.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_orders::api::admin_returns_decide::function())
}
