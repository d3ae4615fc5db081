//! POST /v1/admin/products: staff make a product, with all of its variants.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_catalog::api::products_create::function())
}
