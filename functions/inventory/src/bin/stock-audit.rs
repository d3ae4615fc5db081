//! Holds every stock against its movements.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_inventory::consumers::stock_audit::function())
}
