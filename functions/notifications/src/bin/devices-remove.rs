//! The Lambda `devices-remove`.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_notifications::api::devices_remove::function())
}
