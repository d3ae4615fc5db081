//! The Lambda `mail-feedback`.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_notifications::consumers::feedback::function())
}
