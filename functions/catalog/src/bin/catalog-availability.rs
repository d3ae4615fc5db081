//! catalog-availability: brings how variants stand to where pages show it, so that no page has to ask stock.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_catalog::consumers::availability::function())
}
