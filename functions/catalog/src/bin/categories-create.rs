//! POST /v1/admin/categories: staff make a category.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_catalog::api::categories_create::function())
}
