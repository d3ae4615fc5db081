//! What a seed brings: which faults and how often, how the payment gateway behaves, how many people come.

use std::time::Duration;

use holdfast_local::engines::gateway::Webhooks;
use holdfast_local::{Faults, Kind};

use crate::dice::Dice;

/// Payment methods that people try: what each is good for is the gateway's to know.
pub(crate) const CARDS: [&str; 8] = [
    "pm_card_visa",
    "pm_card_visa",
    "pm_card_visa",
    "pm_card_chargeDeclined",
    "pm_card_authenticationRequired",
    "pm_sandbox_succeedsLate",
    "pm_sandbox_failsLate",
    "pm_card_pendingRefund",
];

/// The faults of a seed: some kinds not at all, some rarely, some all the time.
pub(crate) fn faults(seed: u64) -> Faults {
    let dice = Dice::new(seed, 1);
    // One run of eight is calm but for the order in which things happen.
    if dice.chance(125) {
        return Faults::tuned(&[], seed);
    }
    let mut kinds = Vec::new();
    for (kind, _, often) in Kind::ALL {
        match dice.below(4) {
            0 => {}
            1 => kinds.push((kind, often.div_ceil(4))),
            2 => kinds.push((kind, often)),
            _ => kinds.push((kind, (often * 2).min(700))),
        }
    }
    Faults::tuned(&kinds, seed ^ 0xfa17)
}

/// How the gateway tells of what happened.
pub(crate) fn webhooks(dice: &Dice) -> Webhooks {
    let delay = match dice.below(4) {
        0 => Duration::from_secs(dice.below(3_600)),
        1 => Duration::from_secs(dice.below(90_000)),
        _ => Duration::ZERO,
    };
    Webhooks {
        copies: u32::try_from(1 + dice.below(3)).unwrap_or(1),
        newest_first: dice.chance(300),
        delay,
        before_answer: dice.chance(300),
        lost: dice.chance(150),
    }
}
