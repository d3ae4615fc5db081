//! GET /v1/cart: what is in the cart, and what that is now.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_carts::api::cart_get::function())
}
