//! The orders of the calls of three who act at once on two units, as far as a test has time: `make exhaust` has all.

use holdfast_proof::explore::Explored;
use holdfast_proof::scenes::{Does, How, Opening};
use holdfast_proof::stage::{Error, blueprint};
use holdfast_proof::tally::runtime;

/// What some seconds of the processor are enough for in an unoptimised build.
const STATES: usize = 60;

fn explored(does: &[Does], deaths: u32, plainly: bool, most_states: usize) -> Result<Explored, Error> {
    runtime()?.block_on(async {
        let opening = Opening::new(&blueprint()?, 1, 2).await?;
        let explored = opening.explore(does, How { deaths, twins: false, plainly, most_states }).await?;
        println!("{does:?}: {explored:?}");
        assert!(explored.wrong.is_empty(), "{explored:?}");
        Ok(explored)
    })
}

#[test]
fn three_who_are_at_it_at_once_agree() -> Result<(), Error> {
    let explored = explored(&[Does::Expiry, Does::Payment, Does::Cancel], 0, false, 1_000)?;
    assert!(!explored.cut && explored.states > 100 && explored.ends.len() > 5, "{explored:?}");
    Ok(())
}

#[test]
fn three_of_whom_one_dies_agree_as_far_as_a_test_has_time() -> Result<(), Error> {
    let explored = explored(&[Does::Checkout, Does::Expiry, Does::Payment], 1, false, STATES)?;
    assert!(explored.cut && explored.states > 50, "{explored:?}");
    Ok(())
}

/// Letting go at once what is nobody else's matter leaves no end out.
#[test]
fn what_matters_to_nobody_else_changes_no_end() -> Result<(), Error> {
    for (does, deaths) in [([Does::Expiry, Does::Cancel], 1), ([Does::Payment, Does::Cancel], 0)] {
        let (all, fewer) = (explored(&does, deaths, true, 5_000)?, explored(&does, deaths, false, 5_000)?);
        assert!(!all.cut && !fewer.cut && fewer.own > 0, "{all:?} {fewer:?}");
        assert!(fewer.states < all.states, "{} of {}", fewer.states, all.states);
        assert_eq!(fewer.ends, all.ends);
    }
    Ok(())
}
