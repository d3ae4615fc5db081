//! GET /v1/categories: the tree.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_catalog::api::categories_list::function())
}
