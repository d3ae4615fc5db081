//! The Lambda `audit-append`.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_trail::consumers::append::function())
}
