//! payments-follow-orders: an order has ended, or something of it came back.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_payments::consumers::payments_follow_orders::function())
}
