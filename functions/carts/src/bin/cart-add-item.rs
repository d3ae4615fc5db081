//! POST /v1/cart/items: something is put into the cart.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_carts::api::cart_add_item::function())
}
