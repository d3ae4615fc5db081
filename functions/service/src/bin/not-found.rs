//! The Lambda `not-found`.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_service::api::not_found::function())
}
