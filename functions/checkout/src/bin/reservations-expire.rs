//! Expires a reservation when its message comes.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_checkout::consumers::reservations_expire())
}
