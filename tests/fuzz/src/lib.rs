//! Hostile input that is guided by what it reaches: the readers of `holdfast_tests::fuzz`, as targets of cargo-fuzz.
//!
//!     cargo fuzz run --fuzz-dir tests/fuzz --sanitizer none --dev cursor
//!
//! Keys are drawn anew by each process, so that no file holds a good token: good inputs are bent here instead, among those that libFuzzer
//! has found to reach further.

use std::cell::RefCell;
use std::rc::Rc;

use holdfast_attack::dice::Dice;
use holdfast_tests::fuzz::{Reader, TARGETS, bent};

/// How many inputs of ten begin with one that is good.
const GOOD_OF_TEN: u32 = 3;

struct Tried {
    reader: Reader,
    seeds: Vec<Vec<u8>>,
}

thread_local! {
    static TRIED: RefCell<Option<Rc<Tried>>> = const { RefCell::new(None) };
}

/// The reader of this name: a process tries one.
fn tried(name: &str) -> Rc<Tried> {
    TRIED.with_borrow_mut(|tried| {
        let known = tried.get_or_insert_with(|| {
            let target = TARGETS.iter().find(|target| target.name.replace(' ', "_") == name);
            let target = target.unwrap_or_else(|| panic!("no reader is called {name}"));
            Rc::new(Tried { reader: (target.reader)(), seeds: (target.seeds)() })
        });
        Rc::clone(known)
    })
}

/// Has a reader read this, and panics where it does harm.
pub fn tries(name: &str, bytes: &[u8]) {
    if let Err(harm) = (tried(name).reader)(bytes) {
        panic!("{harm}");
    }
}

/// The next input: one that was found bent further, or a good one bent.
pub fn bends(name: &str, data: &mut [u8], size: usize, most: usize, seed: u32) -> usize {
    if seed % 10 >= GOOD_OF_TEN {
        return libfuzzer_sys::fuzzer_mutate(data, size, most);
    }
    let bent = bent(&mut Dice::new(u64::from(seed), name), &tried(name).seeds);
    let length = bent.len().min(most).min(data.len());
    data[..length].copy_from_slice(&bent[..length]);
    length
}

/// A target: a program that tries one reader.
#[macro_export]
macro_rules! target {
    ($name:literal) => {
        libfuzzer_sys::fuzz_target!(|bytes: &[u8]| $crate::tries($name, bytes));
        libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
            $crate::bends($name, data, size, max_size, seed)
        });
    };
}
