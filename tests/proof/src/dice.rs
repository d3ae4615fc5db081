//! Chance, from a seed alone.

use holdfast_local::SeededEntropy;

/// Draws that a seed determines.
#[derive(Debug)]
pub struct Dice(SeededEntropy);

impl Dice {
    /// Draws of this seed, for this purpose: those of different purposes do not disturb one another.
    pub fn new(seed: u64, purpose: u64) -> Self {
        let first = SeededEntropy::new(seed ^ purpose.wrapping_mul(0xd6e8_feb8_6659_fd93));
        Self(SeededEntropy::new(first.next()))
    }

    /// A number below `most`; nothing of nothing.
    pub fn below(&self, most: u64) -> u64 {
        if most == 0 { 0 } else { self.0.next() % most }
    }

    /// A place among so many.
    pub fn place(&self, among: usize) -> usize {
        usize::try_from(self.below(u64::try_from(among).unwrap_or(0))).unwrap_or(0)
    }

    /// True in so many of a thousand cases.
    pub fn chance(&self, of_a_thousand: u64) -> bool {
        self.below(1000) < of_a_thousand
    }

    /// One of them.
    pub fn pick<'a, T>(&self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.place(of.len()))
    }
}
