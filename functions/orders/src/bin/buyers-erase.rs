//! The Lambda `buyers-erase`.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_orders::consumers::buyers_erase::function())
}
