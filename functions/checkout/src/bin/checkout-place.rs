//! POST /v1/checkout: the cart becomes an order, and its stock is held. One transaction, or nothing.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_checkout::api::checkout_place::function())
}
