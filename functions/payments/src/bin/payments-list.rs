//! GET /v1/admin/payments: payments by where they stand and by order, for staff.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_payments::api::payments_list::function())
}
