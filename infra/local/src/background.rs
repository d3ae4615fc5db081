//! Background work in a live world: each source works when something stirs it or its time has come, and sleeps else.

use std::sync::Arc;
use std::time::Duration;

use holdfast_core::Timestamp;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use crate::World;
use crate::sources::Pace;

/// So soon after something happened is it looked up when the next thing is due.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// How long work under way may take to end.
const FAREWELL: Duration = Duration::from_secs(5);

/// The background work of a world, until it is stopped.
#[derive(Debug)]
pub struct Background {
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Background {
    /// Starts it.
    pub fn start(world: &World) -> Self {
        let stop = watch::Sender::new(false);
        let mut tasks = JoinSet::new();
        let bells: Arc<Vec<Notify>> = Arc::new(world.sources().iter().map(|_| Notify::new()).collect());
        for (at, source) in world.sources().iter().enumerate() {
            for _ in 0..source.lanes() {
                tasks.spawn(work(world.clone(), at, Arc::clone(&bells), stop.subscribe()));
            }
        }
        tasks.spawn(watch_over(world.clone(), bells, stop.subscribe()));
        Self { stop, tasks }
    }

    /// Lets work under way end, and begins none.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        let ended = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(FAREWELL, ended).await.is_err() {
            tracing::warn!("background work was cut short");
        }
    }
}

/// One lane of one source.
async fn work(world: World, at: usize, bells: Arc<Vec<Notify>>, mut stop: watch::Receiver<bool>) {
    let Some(bell) = bells.get(at) else { return };
    while !*stop.borrow() {
        // Listening begins before the look, so that nothing slips in between.
        let rung = bell.notified();
        if world.take_turn(at, Pace::Steady).await {
            continue;
        }
        tokio::select! {
            () = rung => {}
            _ = stop.changed() => {}
        }
    }
}

/// Rings the bells.
async fn watch_over(world: World, bells: Arc<Vec<Notify>>, mut stop: watch::Receiver<bool>) {
    let parts = world.parts();
    let mut beats = parts.engines.pulse.subscribe();
    // All sources look once when they begin, and nobody has looked at the time yet.
    let mut alarm = tokio::time::Instant::now();
    while !*stop.borrow() {
        tokio::select! {
            beat = beats.changed() => {
                if beat.is_err() {
                    return;
                }
                for (source, bell) in world.sources().iter().zip(bells.iter()) {
                    if source.stirred(parts) {
                        bell.notify_waiters();
                    }
                }
                alarm = alarm.min(tokio::time::Instant::now() + LOOK_AGAIN);
            }
            () = tokio::time::sleep_until(alarm) => {
                bells.iter().for_each(Notify::notify_waiters);
                // Whatever was due has been rung for: only what comes later counts.
                let next = next_due(&world).unwrap_or(Duration::from_secs(86_400));
                alarm = tokio::time::Instant::now() + next.max(Duration::from_millis(1));
            }
            _ = stop.changed() => {}
        }
    }
}

/// How long until something is due by time alone.
fn next_due(world: &World) -> Option<Duration> {
    let parts = world.parts();
    let now = parts.ambient.now();
    let engines = [parts.engines.sqs.next_due(), parts.engines.gateway.next_due()];
    let delayed = engines.into_iter().filter_map(|due| {
        due.unwrap_or_else(|error| {
            tracing::error!(%error, "what an engine has to do cannot be looked into");
            None
        })
    });
    let due = world.sources().iter().filter_map(|source| source.next_due()).chain(delayed);
    let wait = |due: Timestamp| Duration::try_from(due.duration_since(now)).unwrap_or(Duration::ZERO);
    // What is due already was rung for; should it stay so (a source that fails), it is not asked without a pause.
    due.map(wait).map(|wait| wait.max(LOOK_AGAIN)).min()
}
