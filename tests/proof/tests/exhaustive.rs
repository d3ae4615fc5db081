//! The orders of the calls of three who act at once on two units, as far as a test has time: `make exhaust` has all.

use holdfast_proof::scenes::{Does, Opening};
use holdfast_proof::stage::{Error, blueprint};
use holdfast_proof::tally::runtime;

/// What some seconds of the processor are enough for in an unoptimised build.
const STATES: usize = 150;

fn explored(does: [Does; 3], deaths: u32) -> Result<(), Error> {
    runtime()?.block_on(async {
        let opening = Opening::new(&blueprint()?, 1, 2).await?;
        let explored = opening.explore(&does, deaths, false, STATES).await?;
        println!("{does:?}: {explored:?}");
        assert!(explored.wrong.is_empty(), "{explored:?}");
        assert!(explored.states > 50, "that explored nothing: {explored:?}");
        Ok(())
    })
}

#[test]
fn expiry_payment_and_cancel_at_once_agree() -> Result<(), Error> {
    explored([Does::Expiry, Does::Payment, Does::Cancel], 0)
}

#[test]
fn checkout_expiry_and_payment_at_once_agree() -> Result<(), Error> {
    explored([Does::Checkout, Does::Expiry, Does::Payment], 1)
}
