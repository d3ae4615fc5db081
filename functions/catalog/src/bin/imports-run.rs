//! imports-run: reads an uploaded file row by row, and does what its rows say.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_catalog::consumers::imports_run::function())
}
