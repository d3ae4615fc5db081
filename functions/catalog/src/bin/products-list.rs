//! GET /v1/products: a list's page.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_catalog::api::products_list::function())
}
