//! GET /v1/products/{id_or_slug}: a product's page.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_catalog::api::products_get::function())
}
