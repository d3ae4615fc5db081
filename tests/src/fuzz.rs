//! Hostile input for what reads bytes of strangers: texts that were good are bent, cut and spliced, from a seed, and what must hold
//! of whatever is read is looked at each time.

mod mutate;
mod targets;

use std::panic::{self, AssertUnwindSafe};

use holdfast_attack::dice::Dice;

pub use mutate::bent;
pub use targets::TARGETS;

/// Something that reads bytes.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// What it is called.
    pub name: &'static str,
    /// Good inputs to begin with.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Makes the reader that is tried.
    pub reader: fn() -> Reader,
}

/// Tries an input: what does not hold.
pub type Reader = Box<dyn Fn(&[u8]) -> Result<(), String>>;

/// An input that did harm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Harm {
    /// The input.
    pub input: Vec<u8>,
    /// What did not hold.
    pub what: String,
}

impl Target {
    /// Tries inputs as long as it is told to: how many, and the first that did harm.
    pub fn run(&self, seed: u64, mut goes_on: impl FnMut(u64) -> bool) -> (u64, Option<Harm>) {
        let (seeds, reader, mut dice) = ((self.seeds)(), (self.reader)(), Dice::new(seed, self.name));
        let mut tried = 0;
        while goes_on(tried) {
            // The first inputs are the good ones themselves.
            let nth = usize::try_from(tried).unwrap_or(usize::MAX);
            let input = seeds.get(nth).cloned().unwrap_or_else(|| bent(&mut dice, &seeds));
            tried += 1;
            let outcome = panic::catch_unwind(AssertUnwindSafe(|| reader(&input)));
            let outcome = outcome.unwrap_or_else(|_| Err("it panicked".to_owned()));
            if let Err(what) = outcome {
                return (tried, Some(Harm { input, what }));
            }
        }
        (tried, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_little_hostile_input_does_no_harm() {
        for target in TARGETS {
            let tries = if target.name == "template" { 40 } else { 3_000 };
            let (tried, harm) = target.run(1, |tried| tried < tries);
            assert_eq!((tried, harm), (tries, None), "{}", target.name);
        }
    }

    #[test]
    fn harm_is_found_and_shown() {
        let picky = Target {
            name: "picky",
            seeds: || vec![b"abcdef".to_vec()],
            reader: || {
                Box::new(|bytes| match bytes {
                    bytes if bytes.starts_with(b"abd") => Err("it cannot bear abd".to_owned()),
                    bytes if bytes.len() > 40 => panic!("as asked"),
                    _ => Ok(()),
                })
            },
        };
        let (_, harm) = picky.run(1, |tried| tried < 100_000);
        assert!(harm.is_some_and(|harm| harm.what == "it cannot bear abd" || harm.what == "it panicked"));
    }
}
