//! The number by which people name an order.

use std::fmt;

use holdfast_core::OrderId;
use serde::{Serialize, Serializer};

/// An order's number: the last twelve letters of its id, in groups of four. They are random, so that nobody learns from one
/// how many orders there are, or guesses another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number(OrderId);

impl Number {
    const LETTERS: usize = 12;
    const GROUP: usize = 4;

    /// Of an order.
    pub fn of(order: OrderId) -> Self {
        Self(order)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = self.0.to_string().to_ascii_uppercase();
        let start = id.len().saturating_sub(Self::LETTERS);
        for (place, letter) in id.chars().skip(start).enumerate() {
            if place > 0 && place % Self::GROUP == 0 {
                f.write_str("-")?;
            }
            write!(f, "{letter}")?;
        }
        Ok(())
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_end_of_the_id() {
        let id: OrderId = "ord_01kdvdna0023hc8t35x63mc56q".parse().unwrap();
        assert_eq!(Number::of(id).to_string(), "8T35-X63M-C56Q");
    }
}
