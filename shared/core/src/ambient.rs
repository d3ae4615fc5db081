//! Time and randomness, injected.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use jiff::Timestamp;

use crate::id::Id;

/// What time it is, and how to wait.
pub trait Clock: Debug + Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
    /// Waits, on this clock's own time.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;
}

/// Where random bytes come from.
pub trait Entropy: Debug + Send + Sync {
    /// Fills `bytes` with randomness.
    fn fill(&self, bytes: &mut [u8]);
}

/// What surrounds a function: a clock and a source of randomness.
#[derive(Clone, Debug)]
pub struct Ambient {
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl Ambient {
    /// Surroundings of these two.
    pub fn new(clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self { clock, entropy }
    }

    /// The machine's own clock and randomness.
    pub fn system() -> Self {
        Self::new(Arc::new(SystemClock), Arc::new(OsEntropy))
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Waits for `duration`.
    pub fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.clock.sleep(duration)
    }

    /// The clock itself.
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    /// Random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.entropy.fill(&mut bytes);
        bytes
    }

    /// A new id of some kind, sortable by the moment at which it was made.
    pub fn id<I: Id>(&self) -> I {
        I::from_parts(self.now(), self.bytes())
    }

    /// A duration between nothing and `most`: the jitter of a retry.
    pub fn jitter(&self, most: Duration) -> Duration {
        let share = u32::from(u16::from_be_bytes(self.bytes()));
        most.saturating_mul(share) / u32::from(u16::MAX)
    }
}

/// The machine's clock.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one home of the machine's time")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    #[expect(clippy::disallowed_methods, reason = "the one home of waiting")]
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// The operating system's randomness.
#[derive(Clone, Copy, Debug)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    #[expect(
        clippy::disallowed_methods,
        clippy::expect_used,
        reason = "the one home of randomness; without any, no id and no secret is safe to make"
    )]
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the operating system gives randomness");
    }
}
