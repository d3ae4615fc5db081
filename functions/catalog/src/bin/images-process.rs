//! images-process: makes what was uploaded into what is shown.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_catalog::consumers::images_process::function())
}
