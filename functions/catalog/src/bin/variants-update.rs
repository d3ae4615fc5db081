//! PATCH /v1/admin/variants/{sku}: staff change a variant, its price among it.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_catalog::api::variants_update::function())
}
