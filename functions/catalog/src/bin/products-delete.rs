//! DELETE /v1/admin/products/{id}: staff archive a product.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_catalog::api::products_delete::function())
}
