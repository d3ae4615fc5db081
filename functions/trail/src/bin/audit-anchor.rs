//! The Lambda `audit-anchor`.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_trail::consumers::anchor::function())
}
