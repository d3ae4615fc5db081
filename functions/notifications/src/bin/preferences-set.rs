//! The Lambda `preferences-set`.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_notifications::api::preferences_set::function())
}
