//! The world's clock and its randomness: the machine's own, moved ahead at will, or wholly by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use aws_smithy_async::rt::sleep::{AsyncSleep, Sleep};
use aws_smithy_async::time::TimeSource;
use futures::future::BoxFuture;
use holdfast_core::{Clock, Entropy, SystemClock};
use jiff::Timestamp;

use crate::invocation::Invocation;
use crate::turns::pause;

/// The clock that every function and engine of a world reads.
#[derive(Clone, Debug)]
pub struct WorldClock(Arc<State>);

#[derive(Debug)]
struct State {
    /// By hand: the time itself stands in `nanos`; else `nanos` is added to the machine's.
    by_hand: bool,
    nanos: AtomicI64,
}

fn nanos_of(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}

impl WorldClock {
    /// The machine's time.
    pub fn machine() -> Self {
        Self(Arc::new(State { by_hand: false, nanos: AtomicI64::new(0) }))
    }

    /// A time that stands still until it is moved: for tests.
    pub fn manual(at: Timestamp) -> Self {
        let nanos = i64::try_from(at.as_nanosecond()).unwrap_or(i64::MAX);
        Self(Arc::new(State { by_hand: true, nanos: AtomicI64::new(nanos) }))
    }

    /// Whether it stands still until it is moved.
    pub fn is_manual(&self) -> bool {
        self.0.by_hand
    }

    /// Moves ahead.
    pub fn advance(&self, by: Duration) {
        self.0.nanos.fetch_add(nanos_of(by), Ordering::SeqCst);
    }

    /// How far ahead of the machine's; nothing for a clock that is moved by hand.
    pub fn ahead(&self) -> Duration {
        let nanos = if self.0.by_hand { 0 } else { self.0.nanos.load(Ordering::SeqCst) };
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(0))
    }

    /// Milliseconds since 1970.
    pub(crate) fn millis(&self) -> i64 {
        Clock::now(self).as_millisecond()
    }
}

impl Clock for WorldClock {
    fn now(&self) -> Timestamp {
        let nanos = self.0.nanos.load(Ordering::SeqCst);
        if self.0.by_hand {
            return Timestamp::from_nanosecond(i128::from(nanos)).unwrap_or(Timestamp::MAX);
        }
        let ahead = jiff::SignedDuration::from_nanos(nanos);
        SystemClock.now().checked_add(ahead).unwrap_or(Timestamp::MAX)
    }

    /// On a clock that is moved by hand this lets others run once and returns: nothing would ever wake
    /// it otherwise, and a retry's backoff must not make a test wait. The time stays where it is.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        if self.0.by_hand { Box::pin(pause()) } else { SystemClock.sleep(duration) }
    }
}

/// A function's own clock: the world's, and as wrong as the machine's on which it runs just now.
#[derive(Clone, Debug)]
pub(crate) struct MachineClock(pub(crate) WorldClock);

impl Clock for MachineClock {
    fn now(&self) -> Timestamp {
        let now = Clock::now(&self.0);
        match Invocation::current_skew_s() {
            0 => now,
            skew_s => now.checked_add(jiff::SignedDuration::from_secs(skew_s)).unwrap_or(now),
        }
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Clock::sleep(&self.0, duration)
    }
}

impl TimeSource for WorldClock {
    fn now(&self) -> SystemTime {
        SystemTime::from(Clock::now(self))
    }
}

impl AsyncSleep for WorldClock {
    fn sleep(&self, duration: Duration) -> Sleep {
        if self.0.by_hand {
            return Sleep::new(pause());
        }
        aws_smithy_async::rt::sleep::TokioSleep::new().sleep(duration)
    }
}

impl dynoxide::storage_backend::Clock for WorldClock {
    fn now_unix_secs(&self) -> u64 {
        u64::try_from(Clock::now(self).as_second()).unwrap_or(0)
    }

    fn now_unix_secs_f64(&self) -> f64 {
        Clock::now(self).as_duration().as_secs_f64()
    }
}

/// Randomness that a seed determines (splitmix64): two worlds of one seed draw the same ids. Its quality
/// is enough for ids and jitter in a simulation, and for no secret outside one.
#[derive(Debug)]
pub struct SeededEntropy(AtomicU64);

impl SeededEntropy {
    /// Randomness that grows from `seed`.
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// The next number.
    pub fn next(&self) -> u64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut z = self.0.fetch_add(STEP, Ordering::SeqCst).wrapping_add(STEP);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// True in `of_a_thousand` of a thousand cases.
    pub(crate) fn chance(&self, of_a_thousand: u64) -> bool {
        of_a_thousand > 0 && self.next() % 1000 < of_a_thousand
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.next().to_be_bytes()[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_manual_clock_moves_only_by_hand_and_its_sleep_returns() {
        let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let clock = WorldClock::manual(start);
        Clock::sleep(&clock, Duration::from_secs(3600)).await;
        assert_eq!(Clock::now(&clock), start);
        clock.advance(Duration::from_millis(1500));
        assert_eq!(clock.millis() - start.as_millisecond(), 1500);
        assert_eq!(clock.ahead(), Duration::ZERO);
    }

    #[tokio::test]
    async fn a_functions_clock_is_as_wrong_as_its_machines() {
        let clock = WorldClock::manual("2026-01-01T00:00:00Z".parse().unwrap());
        let own = MachineClock(clock.clone());
        let read = std::sync::Arc::new(Invocation::skewed(-300)).run(async { Clock::now(&own) }).await.unwrap();
        assert_eq!(Clock::now(&clock).duration_since(read).as_secs(), 300);
        assert_eq!(Clock::now(&own), Clock::now(&clock));
    }

    #[test]
    fn the_machines_clock_can_be_ahead() {
        let clock = WorldClock::machine();
        let before = Clock::now(&SystemClock);
        clock.advance(Duration::from_secs(86_400));
        assert!(Clock::now(&clock).as_second() - before.as_second() >= 86_400);
        assert_eq!(clock.ahead(), Duration::from_secs(86_400));
    }

    #[test]
    fn a_seed_determines_what_is_drawn() {
        let draw = |seed| {
            let mut bytes = [0; 20];
            SeededEntropy::new(seed).fill(&mut bytes);
            bytes
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        assert_ne!(draw(7), [0; 20]);
    }
}
