//! DELETE /v1/cart: everything is taken out of the cart.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_carts::api::cart_clear::function())
}
