//! DELETE /v1/admin/categories/{id}: staff remove a category.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_catalog::api::categories_delete::function())
}
