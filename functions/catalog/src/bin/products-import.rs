//! POST /v1/admin/products/import: staff announce a file of products, and are told where to upload it.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_catalog::api::products_import::function())
}
