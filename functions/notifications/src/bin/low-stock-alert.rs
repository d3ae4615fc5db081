//! The Lambda `low-stock-alert`.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_notifications::consumers::low_stock::function())
}
