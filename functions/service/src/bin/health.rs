//! The Lambda `health`.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_service::api::health::function())
}
