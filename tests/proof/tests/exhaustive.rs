//! The orders of the calls of three who act at once on two units, as far as a test has time: `make exhaust` has all.

use holdfast_proof::explore::Explored;
use holdfast_proof::scenes::{Does, How, Opening};
use holdfast_proof::stage::{Error, blueprint};
use holdfast_proof::tally::runtime;

/// What some seconds of the processor are enough for in an unoptimised build.
const STATES: usize = 60;

/// As `make exhaust` does it.
const AS_EVER: How = How { deaths: 0, twins: false, plainly: false, everywhere: false, most_states: 5_000 };

fn explored(does: &[Does], how: How) -> Result<Explored, Error> {
    runtime()?.block_on(async {
        let opening = Opening::new(&blueprint()?, 1, 2).await?;
        let explored = opening.explore(does, how).await?;
        println!("{does:?}: {explored:?}");
        assert!(explored.wrong.is_empty(), "{explored:?}");
        Ok(explored)
    })
}

#[test]
fn three_who_are_at_it_at_once_agree() -> Result<(), Error> {
    let does = [Does::Expiry, Does::Payment, Does::Cancel];
    let how = How { most_states: 1_000, ..AS_EVER };
    let known = explored(&does, how)?;
    assert!(!known.cut && known.states > 100 && known.ends.len() > 5, "{known:?}");
    // What was known of where somebody would come to is so.
    let gone = explored(&does, How { everywhere: true, ..how })?;
    assert_eq!((known.orders, known.states, &known.ends), (gone.orders, gone.states, &gone.ends));
    assert!(known.known > 0 && known.runs < gone.runs, "{known:?} {gone:?}");
    Ok(())
}

#[test]
fn three_of_whom_one_dies_agree_as_far_as_a_test_has_time() -> Result<(), Error> {
    let how = How { deaths: 1, most_states: STATES, ..AS_EVER };
    let explored = explored(&[Does::Checkout, Does::Expiry, Does::Payment], how)?;
    assert!(explored.cut && explored.states > 50, "{explored:?}");
    Ok(())
}

/// Letting go at once what is nobody else's matter leaves no end out.
#[test]
fn what_matters_to_nobody_else_changes_no_end() -> Result<(), Error> {
    for (does, deaths) in [([Does::Expiry, Does::Cancel], 1), ([Does::Payment, Does::Cancel], 0)] {
        let how = How { deaths, ..AS_EVER };
        let all = explored(&does, How { plainly: true, everywhere: true, ..how })?;
        let fewer = explored(&does, how)?;
        assert!(!all.cut && !fewer.cut && fewer.own > 0, "{all:?} {fewer:?}");
        assert!(fewer.states < all.states, "{} of {}", fewer.states, all.states);
        assert_eq!(fewer.ends, all.ends);
    }
    Ok(())
}
