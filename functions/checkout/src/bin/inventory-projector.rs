//! What the inventory table's stream sets off: movements, levels, looks at reservations.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_checkout::consumers::inventory_projector())
}
