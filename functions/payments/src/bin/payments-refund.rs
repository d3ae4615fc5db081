//! POST /v1/admin/orders/{id}/refunds: staff give money back.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_payments::api::payments_refund::function())
}
