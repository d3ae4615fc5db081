//! POST /v1/cart/merge: a guest's cart is put into the caller's.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_carts::api::cart_merge::function())
}
