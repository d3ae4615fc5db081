//! The Lambda `notifications-send`.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_notifications::consumers::send::function())
}
