//! DELETE /v1/admin/variants/{sku}: staff archive a variant.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_catalog::api::variants_delete::function())
}
