//! The world's background work, step by step: by itself, or as somebody who watches over it wants.

use std::sync::atomic::Ordering;

use holdfast_core::Timestamp;

use super::{Inner, World};
use crate::elsewhere::Elsewhere;
use crate::engines::EngineError;
use crate::sources::Pace;

impl World {
    /// Does one unit of the background work that is due: a batch of one mapping, one run of a schedule, one sweep.
    /// False when nothing is due.
    pub async fn step(&self) -> bool {
        let count = self.0.sources.len();
        let first = self.0.turn.load(Ordering::SeqCst);
        for at in (first..first + count).map(|at| at % count) {
            if self.take_turn(at, Pace::Hurried).await {
                self.0.turn.store((at + 1) % count, Ordering::SeqCst);
                return true;
            }
        }
        false
    }

    /// Works until nothing is due. What is due later stays: delayed messages, retries, schedules to come.
    pub async fn settle(&self) {
        let Some(elsewhere) = self.0.parts.engines.elsewhere.get() else { return self.settle_here().await };
        let mut quiet = 0;
        while quiet < Elsewhere::QUIET_ROUNDS {
            self.settle_here().await;
            match elsewhere.round(&self.0.stack, &self.0.parts.functions).await {
                Ok(found) => quiet = if found { 0 } else { quiet + 1 },
                Err(error) => return tracing::error!(%error, "what is elsewhere does not come to rest"),
            }
        }
    }

    async fn settle_here(&self) {
        loop {
            let before = self.0.done.load(Ordering::SeqCst);
            let rested = self.0.rested.notified();
            if self.step().await {
                continue;
            }
            // Somebody else's turn may bring more work, and its end rings.
            if self.0.busy.load(Ordering::SeqCst) > 0 {
                rested.await;
            } else if self.0.done.load(Ordering::SeqCst) == before {
                return;
            }
        }
    }

    /// The sources that have something to do now, by their places. One that is at work may be among them.
    pub fn due(&self) -> Result<Vec<usize>, EngineError> {
        let parts = &self.0.parts;
        let (now, waiting) = (parts.ambient.now(), parts.engines.sqs.waiting()?);
        let gateway = parts.engines.gateway.next_due()?.is_some_and(|due| due <= now);
        let sources = self.0.sources.iter().enumerate();
        Ok(sources.filter(|(_, source)| source.is_due(parts, now, &waiting, gateway)).map(|(at, _)| at).collect())
    }

    /// When something will have something to do, by time alone; none when nothing ever will.
    pub fn next_due(&self) -> Result<Option<Timestamp>, EngineError> {
        let engines = &self.0.parts.engines;
        let engines = [engines.sqs.next_due()?, engines.gateway.next_due()?];
        let sources = self.0.sources.iter().filter_map(|source| source.next_due());
        Ok(sources.chain(engines.into_iter().flatten()).min())
    }

    /// Lets the source at this place do what is due, once. False when there was nothing.
    pub async fn turn(&self, at: usize) -> bool {
        self.take_turn(at, Pace::Hurried).await
    }

    /// Whose source this is: the function's name in the template; empty for the world's own.
    pub fn source(&self, at: usize) -> &str {
        self.0.sources.get(at).map_or("", |source| source.function())
    }

    /// How many turns of the source at this place may be under way at once.
    pub fn lanes(&self, at: usize) -> u32 {
        self.0.sources.get(at).map_or(0, |source| source.lanes())
    }

    pub(crate) async fn take_turn(&self, at: usize, pace: Pace) -> bool {
        let inner = &self.0;
        let Some(source) = inner.sources.get(at) else { return false };
        let busy = Busy::begin(inner);
        let done = source.turn(&inner.parts, &inner.sources, pace).await;
        if done {
            inner.done.fetch_add(1, Ordering::SeqCst);
        }
        drop(busy);
        done
    }
}

/// A turn under way, until it ends or is given up.
struct Busy<'a>(&'a Inner);

impl<'a> Busy<'a> {
    fn begin(inner: &'a Inner) -> Self {
        inner.busy.fetch_add(1, Ordering::SeqCst);
        Self(inner)
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.busy.fetch_sub(1, Ordering::SeqCst);
        self.0.rested.notify_waiters();
    }
}
