//! The Lambda `preferences-get`.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_notifications::api::preferences_get::function())
}
