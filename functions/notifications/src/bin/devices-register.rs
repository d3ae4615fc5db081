//! The Lambda `devices-register`.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_notifications::api::devices_register::function())
}
