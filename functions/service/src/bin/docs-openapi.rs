//! The Lambda `docs-openapi`.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_service::api::docs_openapi::function())
}
