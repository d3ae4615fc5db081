//! Who goes next, where somebody decides.
//!
//! Functions that are at work at the same time interleave at their calls of AWS. In a world by itself each call lets
//! the others run once. Where somebody decides, each waits here until it is let go: a simulation chooses by its seed, an
//! exploration tries every choice.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use axum::body::Bytes;

use crate::digest::{Digest, digest};
use crate::faults::Fault;

tokio::task_local! {
    static STRAND: u32;
}

thread_local! {
    /// Pauses that have begun, and that are over.
    static PAUSES: Cell<(u64, u64)> = const { Cell::new((0, 0)) };
}

/// Lets others run once. Where somebody decides, that is waited for.
pub(crate) async fn pause() {
    struct Over;
    impl Drop for Over {
        fn drop(&mut self) {
            PAUSES.set((PAUSES.get().0, PAUSES.get().1 + 1));
        }
    }
    PAUSES.set((PAUSES.get().0 + 1, PAUSES.get().1));
    let _over = Over;
    tokio::task::yield_now().await;
}

/// A call that waits to be let go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Its place in the order in which calls came here.
    pub nth: u64,
    /// On whose strand it is made, where somebody has named one.
    pub strand: Option<u32>,
    /// The function's name in the template, or what else calls.
    pub who: String,
    /// `TransactWriteItems`.
    pub what: String,
    /// What it asks: the request's body.
    pub asks: Bytes,
}

impl Waiting {
    /// The same for whoever asks the same on the same strand, however their JSON is written.
    pub fn digest(&self) -> u64 {
        let asks = std::str::from_utf8(&self.asks).unwrap_or_default();
        digest((self.strand, &self.who, &self.what, Digest::of(&self.what).of_text(asks)))
    }
}

#[derive(Debug)]
struct Place {
    call: Waiting,
    waker: Option<Waker>,
    /// Whether it has been let go, and what befalls it then.
    free: Option<Option<Fault>>,
}

#[derive(Debug, Default)]
struct Queue {
    next: u64,
    places: BTreeMap<u64, Place>,
}

/// The calls that wait for their turn.
#[derive(Debug, Default)]
pub struct Turns {
    decided: AtomicBool,
    ever: AtomicBool,
    /// Calls that were let go and are not answered yet.
    under_way: AtomicUsize,
    queue: Mutex<Queue>,
}

impl Turns {
    /// From now on somebody decides, or nobody any more: then all that wait go.
    pub fn decide(&self, decided: bool) {
        self.decided.store(decided, Ordering::SeqCst);
        self.ever.fetch_or(decided, Ordering::SeqCst);
        if !decided {
            let waiting = self.waiting();
            waiting.iter().for_each(|call| self.let_go(call.nth, None));
        }
    }

    /// Whether somebody decides.
    pub fn are_decided(&self) -> bool {
        self.decided.load(Ordering::SeqCst)
    }

    /// Whether anybody has ever decided.
    pub(crate) fn were_decided(&self) -> bool {
        self.ever.load(Ordering::SeqCst)
    }

    /// Who waits, in the order in which they came.
    pub fn waiting(&self) -> Vec<Waiting> {
        let queue = self.queue();
        queue.places.values().filter(|place| place.free.is_none()).map(|place| place.call.clone()).collect()
    }

    /// How many wait.
    pub fn count(&self) -> usize {
        self.queue().places.values().filter(|place| place.free.is_none()).count()
    }

    /// Lets a call go, and has this befall it.
    pub fn let_go(&self, nth: u64, fault: Option<Fault>) {
        let waker = self.queue().places.get_mut(&nth).and_then(|place| {
            place.free = Some(fault);
            place.waker.take()
        });
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Waits until everybody waits: nobody can go on, nobody pauses, and no call that was let go is still to be answered. A bucket's
    /// file may be written by another thread.
    pub async fn rest(&self) {
        loop {
            let (begun, _) = PAUSES.get();
            // All run until they wait. Twice, because the scheduler looks up after each 61 turns, whether it has come to an end or
            // not, and then comes back here early.
            tokio::task::yield_now().await;
            tokio::task::yield_now().await;
            if self.under_way.load(Ordering::SeqCst) == 0 && PAUSES.get() == (begun, begun) {
                return;
            }
        }
    }

    /// A call is carried out, until what is answered here goes.
    pub(crate) fn begins(&self) -> UnderWay<'_> {
        self.under_way.fetch_add(1, Ordering::SeqCst);
        UnderWay(self)
    }

    /// Runs `work` as a strand of its own: all that it calls is known by it.
    pub async fn strand<F: Future>(nth: u32, work: F) -> F::Output {
        STRAND.scope(nth, work).await
    }

    /// The strand on which this runs.
    pub fn current() -> Option<u32> {
        STRAND.try_with(|nth| *nth).ok()
    }

    /// Waits to be let go; lets others run once where nobody decides. What befalls the call, if the one who decides says so.
    pub async fn turn(&self, strand: Option<u32>, who: &str, what: &str, asks: &Bytes) -> Option<Fault> {
        if !self.are_decided() {
            pause().await;
            return None;
        }
        let nth = {
            let mut queue = self.queue();
            queue.next += 1;
            let nth = queue.next;
            let call = Waiting { nth, strand, who: who.to_owned(), what: what.to_owned(), asks: asks.clone() };
            queue.places.insert(nth, Place { call, waker: None, free: None });
            nth
        };
        let _place = Leaves(self, nth);
        poll_fn(|context| self.poll(nth, context)).await
    }

    fn poll(&self, nth: u64, context: &Context<'_>) -> Poll<Option<Fault>> {
        let mut queue = self.queue();
        let Some(place) = queue.places.get_mut(&nth) else { return Poll::Ready(None) };
        match place.free.take() {
            Some(fault) => Poll::Ready(fault),
            None => {
                place.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call that is carried out.
pub(crate) struct UnderWay<'a>(&'a Turns);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Takes a place away when its call goes on, or is given up.
struct Leaves<'a>(&'a Turns, u64);

impl Drop for Leaves<'_> {
    fn drop(&mut self) {
        self.0.queue().places.remove(&self.1);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[tokio::test]
    async fn who_is_let_go_goes_and_the_others_wait() {
        let turns = Arc::new(Turns::default());
        assert_eq!(turns.turn(None, "F", "nobody decides", &Bytes::new()).await, None);
        turns.decide(true);
        let calls = [1, 2, 3].map(|strand| {
            let turns = Arc::clone(&turns);
            tokio::spawn(Turns::strand(strand, async move {
                let fault = turns.turn(Turns::current(), "F", "Get", &Bytes::new()).await;
                (Turns::current(), fault)
            }))
        });
        tokio::task::yield_now().await;
        let waiting = turns.waiting();
        assert_eq!(waiting.iter().map(|call| call.strand).collect::<Vec<_>>(), [Some(1), Some(2), Some(3)]);
        turns.let_go(waiting[1].nth, Some(Fault::CrashAfter));
        tokio::task::yield_now().await;
        let [one, two, three] = calls;
        assert_eq!(two.await.unwrap(), (Some(2), Some(Fault::CrashAfter)));
        assert_eq!(turns.count(), 2);
        one.abort();
        assert!(one.await.is_err());
        assert_eq!(turns.count(), 1, "who is given up waits no more");
        turns.decide(false);
        assert_eq!(three.await.unwrap(), (Some(3), None));
    }

    #[tokio::test]
    async fn nobody_is_at_rest_who_pauses() {
        let turns = Arc::new(Turns::default());
        turns.decide(true);
        for pauses in 0..5 {
            let slow = Arc::clone(&turns);
            let work = tokio::spawn(async move {
                for _ in 0..pauses {
                    pause().await;
                }
                slow.turn(None, "F", "Get", &Bytes::new()).await
            });
            turns.rest().await;
            assert_eq!(turns.count(), 1, "after {pauses} pauses");
            work.abort();
            assert!(work.await.is_err());
        }
    }
}
