//! PATCH /v1/admin/products/{id}: staff change a product.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_catalog::api::products_update::function())
}
