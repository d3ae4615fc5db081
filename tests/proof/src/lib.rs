//! The proof that a shop holds: the whole of it under a seeded scheduler, clock and faults.
//!
//! [`simulate`] runs one seed: people, staff and the payment gateway act in a world of which every call waits for its turn
//! (`play.rs`), and whatever can go wrong does. What must hold is read from the tables themselves, and from every change of theirs
//! ([`books`], [`witness`]): no production code says whether production code is right. The same seed is the same run, call for call.

pub mod books;
pub mod client;
pub mod dice;
mod ended;
pub mod explore;
mod fate;
pub mod items;
mod people;
mod play;
mod run;
pub mod scenes;
mod staff;
pub mod stage;
pub mod tally;
pub mod touches;
mod ways;
pub mod witness;

pub use run::{Opened, Ran, simulate};

/// A seed's time goes in small pieces of memory more than in anything else.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;
