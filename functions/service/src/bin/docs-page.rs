//! The Lambda `docs-page`.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_service::api::docs_page::function())
}
