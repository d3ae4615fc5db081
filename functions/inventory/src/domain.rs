//! How many there are, and what may become of a hold. Pure: no clock, no randomness, no AWS.

#![deny(clippy::as_conversions, clippy::float_arithmetic, clippy::indexing_slicing)]

mod allocate;
mod audit;
mod count;
mod level;
mod movement;
mod reservation;
mod text;
mod warehouse;

pub use allocate::{Allocation, Line, Part, Shelf, Short, aggregate, allocate};
pub use audit::{Finding, audit};
pub use count::{Count, CountError, Delta, DeltaError};
pub use level::Level;
pub use movement::{Balance, Kind, Movement};
pub use reservation::{Closing, Expiry, HoldFor, HoldForError, Holder, Reservation, Status, Take, Turn};
pub use text::{Note, NoteError};
pub use warehouse::{Priority, PriorityError, Warehouse, WarehouseName, WarehouseNameError};
