//! DELETE /v1/cart/items/{sku}: an article is taken out of the cart.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_carts::api::cart_remove_item::function())
}
