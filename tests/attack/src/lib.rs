//! Programs that try a shop from outside: they know its address and a few accounts, and speak HTTP alone.
//!
//! [`race`](mod@race) sends at once what only one may have, and looks at what came of it. [`kill`] takes the power from a shop under load.

pub mod dice;
pub mod ground;
pub mod history;
pub mod kill;
pub mod line;
pub mod person;
pub mod race;

mod books;

pub use ground::Target;
pub use line::{Answer, Line, Place};
