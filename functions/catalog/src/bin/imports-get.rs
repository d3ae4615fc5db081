//! GET /v1/admin/products/imports/{id}: how far an import is, and what became of its rows.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_catalog::api::imports_get::function())
}
