//! When not to ask: a gateway that has failed several times in a row is left alone for a while, and then asked by one alone.
//! And how often to ask again: as often as it has answered well before, within bounds.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use holdfast_core::Timestamp;

/// So many failures in a row, and it is left alone.
const FAILURES: u32 = 5;
/// So long at first; twice as long after each probe that fails.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
/// It is never left alone for longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// What is known of the gateway's health, by one instance of a function.
#[derive(Debug)]
pub(super) struct Breaker(Mutex<State>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// It is asked.
    Closed { failures: u32 },
    /// It is left alone.
    Open { until: Timestamp, pause: Duration },
    /// One is asking, to see whether it is well again.
    Probing { until: Timestamp, pause: Duration },
}

/// Leave to ask. Whoever gives up without an outcome leaves the next probe to somebody else.
#[derive(Debug)]
pub(super) struct Permit<'a> {
    breaker: &'a Breaker,
    probing: bool,
}

impl Breaker {
    pub(super) fn new() -> Self {
        Self(Mutex::new(State::Closed { failures: 0 }))
    }

    /// Leave to ask, or how long to wait.
    pub(super) fn admit(&self, now: Timestamp) -> Result<Permit<'_>, Duration> {
        let mut state = self.state();
        match *state {
            State::Closed { .. } => Ok(Permit { breaker: self, probing: false }),
            State::Open { until, pause } if now >= until => {
                *state = State::Probing { until, pause };
                Ok(Permit { breaker: self, probing: true })
            }
            State::Open { until, .. } => Err(Duration::try_from(until.duration_since(now)).unwrap_or(FIRST_PAUSE)),
            State::Probing { .. } => Err(FIRST_PAUSE),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit<'_> {
    /// It answered.
    pub(super) fn well(self) {
        *self.breaker.state() = State::Closed { failures: 0 };
    }

    /// It did not.
    pub(super) fn ill(self, now: Timestamp) {
        let mut state = self.breaker.state();
        let open = |pause| State::Open { until: now.saturating_add(pause).unwrap_or(Timestamp::MAX), pause };
        *state = match *state {
            State::Closed { failures } if failures + 1 < FAILURES => State::Closed { failures: failures + 1 },
            State::Closed { .. } => open(FIRST_PAUSE),
            State::Probing { pause, .. } if self.probing => open((pause * 2).min(LONGEST_PAUSE)),
            // Somebody who began before it was left alone: what came after says more.
            left @ (State::Open { .. } | State::Probing { .. }) => left,
        };
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut state = self.breaker.state();
        if self.probing
            && let State::Probing { until, pause } = *state
        {
            *state = State::Open { until, pause };
        }
    }
}

/// How many repeats are left: when nothing works, repeats only add to what the gateway cannot bear.
#[derive(Debug)]
pub(super) struct Budget(AtomicU32);

impl Budget {
    const MOST: u32 = 100;
    const REPEAT: u32 = 10;
    const ANSWER: u32 = 1;

    pub(super) fn new() -> Self {
        Self(AtomicU32::new(Self::MOST))
    }

    /// Takes one repeat out, if there is one.
    pub(super) fn repeat(&self) -> bool {
        self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(Self::REPEAT)).is_ok()
    }

    /// An answer earns a part of one.
    pub(super) fn earn(&self) {
        let more = |left: u32| Some(left.saturating_add(Self::ANSWER).min(Self::MOST));
        self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, more).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn fails(breaker: &Breaker, times: u32, now: Timestamp) {
        for _ in 0..times {
            breaker.admit(now).unwrap().ill(now);
        }
    }

    #[test]
    fn it_is_left_alone_after_five_failures_in_a_row_and_not_before() {
        let breaker = Breaker::new();
        fails(&breaker, FAILURES - 1, at(0));
        breaker.admit(at(0)).unwrap().well();
        fails(&breaker, FAILURES - 1, at(0));
        assert!(breaker.admit(at(0)).is_ok());
        fails(&breaker, 1, at(0));
        assert_eq!(breaker.admit(at(0)).unwrap_err(), FIRST_PAUSE);
        assert_eq!(breaker.admit(at(4)).unwrap_err(), Duration::from_secs(1));
    }

    #[test]
    fn one_probes_and_its_outcome_is_everybodys() {
        let breaker = Breaker::new();
        fails(&breaker, FAILURES, at(0));
        let probe = breaker.admit(at(5)).unwrap();
        assert!(breaker.admit(at(5)).is_err());
        probe.ill(at(6));
        assert_eq!(breaker.admit(at(6)).unwrap_err(), FIRST_PAUSE * 2);
        breaker.admit(at(16)).unwrap().well();
        assert!(breaker.admit(at(16)).is_ok() && breaker.admit(at(16)).is_ok());
    }

    #[test]
    fn the_pause_grows_up_to_a_minute() {
        let breaker = Breaker::new();
        fails(&breaker, FAILURES, at(0));
        let mut now = 0;
        for pause in [5, 10, 20, 40, 60, 60] {
            now += pause;
            breaker.admit(at(now)).unwrap().ill(at(now));
        }
        assert_eq!(breaker.admit(at(now)).unwrap_err(), LONGEST_PAUSE);
    }

    #[test]
    fn a_probe_that_is_given_up_leaves_the_next_one_its_turn() {
        let breaker = Breaker::new();
        fails(&breaker, FAILURES, at(0));
        drop(breaker.admit(at(5)).unwrap());
        breaker.admit(at(5)).unwrap().well();
        assert!(breaker.admit(at(5)).is_ok());
    }

    #[test]
    fn one_who_began_earlier_changes_nothing_any_more() {
        let breaker = Breaker::new();
        let early = breaker.admit(at(0)).unwrap();
        fails(&breaker, FAILURES, at(0));
        early.ill(at(3));
        assert_eq!(breaker.admit(at(4)).unwrap_err(), Duration::from_secs(1));
    }

    #[test]
    fn repeats_run_out_and_are_earned_anew() {
        let budget = Budget::new();
        assert_eq!((0..20).filter(|_| budget.repeat()).count(), 10);
        (0..9).for_each(|_| budget.earn());
        assert!(!budget.repeat());
        budget.earn();
        assert!(budget.repeat() && !budget.repeat());
        (0..1000).for_each(|_| budget.earn());
        assert_eq!((0..20).filter(|_| budget.repeat()).count(), 10);
    }
}
