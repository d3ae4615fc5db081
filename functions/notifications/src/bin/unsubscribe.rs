//! The Lambda `unsubscribe`.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_notifications::api::unsubscribe::function())
}
