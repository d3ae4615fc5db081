//! Seeds of the simulation: all of what must hold does, and a seed is the same run again, call for call.

use holdfast_proof::stage::Error;
use holdfast_proof::tally::{many, one, opened};

/// What a minute of the processor is enough for in an unoptimised build.
const SEEDS: u64 = 12;
/// The first of them.
const FROM: u64 = 100;

#[test]
fn whatever_goes_wrong_the_books_agree() -> Result<(), Error> {
    let mut said = Vec::new();
    let tally = many(FROM, SEEDS, 2, false, &mut said)?;
    assert_eq!((tally.ran, tally.failed.as_slice()), (SEEDS, &[][..]), "{}", String::from_utf8_lossy(&said));
    assert!(tally.orders > 0 && tally.faults.len() > 5, "nothing happened: {tally:?}");
    Ok(())
}

#[test]
fn a_seed_is_the_same_run_again() -> Result<(), Error> {
    let opened = opened()?;
    let [first, again, other] = [one(&opened, 1, false)?, one(&opened, 1, false)?, one(&opened, 2, false)?];
    assert_eq!((first.trace.calls, first.trace.hash), (again.trace.calls, again.trace.hash));
    assert_ne!(first.trace.hash, other.trace.hash);
    Ok(())
}
