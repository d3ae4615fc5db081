//! GET /v1/admin/products/export: the catalog as a file.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_catalog::api::products_export::function())
}
