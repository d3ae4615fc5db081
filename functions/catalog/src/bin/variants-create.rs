//! POST /v1/admin/products/{id}/variants: staff add a variant.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_catalog::api::variants_create::function())
}
