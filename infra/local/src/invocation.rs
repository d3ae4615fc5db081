//! One call of a function, as far as its calls of AWS are concerned: what it called, and whether it died.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use crate::recorder::Call;

tokio::task_local! {
    static CURRENT: Arc<Invocation>;
}

/// One call of a function.
#[derive(Debug)]
pub struct Invocation {
    crashed: watch::Sender<bool>,
    calls: Mutex<Vec<Call>>,
    /// By how many seconds its machine's clock is wrong.
    skew_s: i64,
}

/// The function's environment died in the middle of the call: nobody knows what of it took effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the function's environment died")]
pub struct Crashed;

impl Default for Invocation {
    fn default() -> Self {
        Self { crashed: watch::Sender::new(false), calls: Mutex::default(), skew_s: 0 }
    }
}

impl Invocation {
    /// One on a machine whose clock is wrong by so many seconds.
    pub fn skewed(skew_s: i64) -> Self {
        Self { skew_s, ..Self::default() }
    }

    /// By how many seconds the clock is wrong here.
    pub(crate) fn current_skew_s() -> i64 {
        CURRENT.try_with(|invocation| invocation.skew_s).unwrap_or(0)
    }

    /// Runs a handler as this invocation. When a fault makes it die, the handler is dropped where it stands.
    pub async fn run<F: Future>(self: Arc<Self>, handler: F) -> Result<F::Output, Crashed> {
        let mut crashed = self.crashed.subscribe();
        let handler = CURRENT.scope(self, handler);
        tokio::select! {
            biased;
            _ = crashed.wait_for(|crashed| *crashed) => Err(Crashed),
            answer = handler => Ok(answer),
        }
    }

    /// What the handler called so far, in order.
    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn current() -> Option<Arc<Self>> {
        CURRENT.try_with(Arc::clone).ok()
    }

    pub(crate) fn note(&self, call: Call) {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).push(call);
    }

    pub(crate) fn crash(&self) {
        self.crashed.send_replace(true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_crash_drops_the_handler_and_a_calm_run_answers() {
        assert_eq!(Arc::new(Invocation::default()).run(async { 7 }).await, Ok(7));
        let died = Arc::new(Invocation::default()).run(async {
            Invocation::current().unwrap().crash();
            std::future::pending::<()>().await;
        });
        assert_eq!(died.await, Err(Crashed));
        assert!(Invocation::current().is_none());
    }
}
