//! PATCH /v1/cart/items/{sku}: how many there are of an article.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_carts::api::cart_set_item::function())
}
