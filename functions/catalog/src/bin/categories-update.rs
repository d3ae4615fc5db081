//! PATCH /v1/admin/categories/{id}: staff rename or move a category.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_catalog::api::categories_update::function())
}
