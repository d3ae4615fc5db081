//! The functions that let go of holds: inventory's own, put together with what ends beside a hold.

use holdfast_inventory::consumers;
use holdfast_runtime::Function;

use crate::ending::WithOrder;

/// inventory-projector.
pub fn inventory_projector() -> Function {
    consumers::inventory_projector::function::<WithOrder>()
}

/// reservations-expire.
pub fn reservations_expire() -> Function {
    consumers::reservations_expire::function::<WithOrder>()
}

/// reservations-sweep.
pub fn reservations_sweep() -> Function {
    consumers::reservations_sweep::function::<WithOrder>()
}
