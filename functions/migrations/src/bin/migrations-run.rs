//! The Lambda `migrations-run`.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_migrations::function())
}
