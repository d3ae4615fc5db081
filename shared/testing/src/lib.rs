//! The shop's whole world in one process, for tests.
//!
//! A test opens a [`Shop`], lets [`Actor`]s use it, and says what each [`Answer`] must be. The clock stands still until
//! it is moved, nothing happens in the background until it is settled, and a seed determines every id. The same can be told of
//! a shop that is deployed ([`Away`]), as far as it needs neither another time nor a look behind the API.

mod actor;
mod answer;
mod away;
mod log;
mod seen;
mod shop;
mod transport;

pub use actor::{Account, Actor};
pub use answer::Answer;
pub use away::Away;
pub use log::Log;
pub use seen::{Seen, seen};
pub use shop::Shop;
