//! Expires what is due, every minute.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_checkout::consumers::reservations_sweep())
}
