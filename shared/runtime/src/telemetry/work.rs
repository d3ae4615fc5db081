//! A piece of work: a request, an event, a schedule's run. What it calls and counts is told to it, wherever it happens,
//! because the task that does the work carries it along.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use futures::future::BoxFuture;
use holdfast_core::{Ambient, Timestamp};

use super::otlp::Collector;
use super::trace::{Attribute, Span, SpanId, SpanKind, TraceContext};
use crate::env::{Env, InitError};

/// Where steps that are over go: a collector, or the local host's page.
pub trait SpanSink: fmt::Debug + Send + Sync {
    /// Takes one.
    fn take(&self, span: Span);

    /// Hands on what was taken: an environment may stand still once its invocation is over.
    fn flush(&self) -> BoxFuture<'static, ()> {
        Box::pin(std::future::ready(()))
    }
}

/// How a function is watched.
#[derive(Clone, Debug)]
pub struct Telemetry {
    ambient: Ambient,
    stage: Arc<str>,
    sinks: Arc<[Arc<dyn SpanSink>]>,
}

/// What is counted while work is done, beside what it costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// Another transaction was at work on the same item.
    Conflicts,
    /// A call was made again.
    Retries,
    /// Somebody wanted what there was not.
    OversellPrevented,
    /// A hold was let go because its time was up.
    HoldsExpired,
}

impl Count {
    /// All of them, in the order of [`Tally`]'s numbers.
    pub const ALL: [Self; 4] = [Self::Conflicts, Self::Retries, Self::OversellPrevented, Self::HoldsExpired];

    /// As metrics and logs call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Conflicts => "conflicts",
            Self::Retries => "retries",
            Self::OversellPrevented => "oversell_prevented",
            Self::HoldsExpired => "holds_expired",
        }
    }
}

/// What was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally([u32; Count::ALL.len()]);

impl Tally {
    /// How many of these.
    pub fn of(self, count: Count) -> u32 {
        Count::ALL.iter().zip(self.0).find(|(each, _)| **each == count).map_or(0, |(_, number)| number)
    }

    /// Those of which there were any.
    pub fn counted(self) -> impl Iterator<Item = (Count, u32)> {
        Count::ALL.into_iter().zip(self.0).filter(|(_, number)| *number > 0)
    }
}

/// Work under way.
#[derive(Debug)]
pub struct Work {
    telemetry: Telemetry,
    name: String,
    kind: SpanKind,
    context: TraceContext,
    parent: Option<SpanId>,
    began: Timestamp,
    /// How many steps it has had.
    steps: AtomicU64,
    counts: [AtomicU32; Count::ALL.len()],
}

tokio::task_local! {
    static WORK: Arc<Work>;
}

impl Telemetry {
    /// A function's, whose spans go nowhere.
    pub fn silent(env: &Env, ambient: Ambient) -> Self {
        Self { ambient, stage: env.get("STAGE").unwrap_or_default().into(), sinks: Arc::new([]) }
    }

    /// And whose spans go there too.
    pub fn into(self, sink: Arc<dyn SpanSink>) -> Self {
        let sinks = self.sinks.iter().cloned().chain([sink]).collect();
        Self { sinks, ..self }
    }

    /// And to a collector, if the environment names one.
    pub fn collected(self, env: &Env) -> Result<Self, InitError> {
        Ok(match Collector::named(env)? {
            Some(collector) => self.into(Arc::new(collector)),
            None => self,
        })
    }

    /// The copy of the shop that is watched.
    pub fn stage(&self) -> &str {
        &self.stage
    }

    pub(super) fn now_ms(&self) -> i64 {
        self.ambient.now().as_millisecond()
    }

    /// Begins a piece of work: of this trace when there is one, else of a new one.
    pub fn begin(&self, kind: SpanKind, name: impl Into<String>, parent: Option<TraceContext>) -> Arc<Work> {
        let context = match parent {
            Some(parent) => parent.child(SpanId::new(&self.ambient)),
            None => TraceContext::root(&self.ambient),
        };
        Arc::new(Work {
            telemetry: self.clone(),
            name: name.into(),
            kind,
            context,
            parent: parent.map(|parent| parent.span),
            began: self.ambient.now(),
            steps: AtomicU64::new(0),
            counts: Default::default(),
        })
    }

    /// Hands on the spans of the work that is done.
    pub async fn flush(&self) {
        for sink in self.sinks.iter() {
            sink.flush().await;
        }
    }
}

impl Work {
    /// Where in which trace it is.
    pub fn context(&self) -> TraceContext {
        self.context
    }

    /// Does it: what `work` calls and counts is this work's.
    pub async fn run<F: Future>(self: &Arc<Self>, work: F) -> F::Output {
        // On the heap: a handler's future is large, and each layer around it would carry it once more.
        WORK.scope(Arc::clone(self), Box::pin(work)).await
    }

    /// How long it has taken so far.
    pub fn elapsed_ms(&self) -> i64 {
        self.telemetry.ambient.now().as_millisecond().saturating_sub(self.began.as_millisecond())
    }

    /// What it has counted so far.
    pub fn tally(&self) -> Tally {
        Tally(self.counts.each_ref().map(|count| count.load(Ordering::Relaxed)))
    }

    /// It is over.
    pub fn end(&self, failed: bool, attributes: Vec<(&'static str, Attribute)>) {
        if self.is_taken() {
            self.take(Span {
                name: self.name.clone(),
                kind: self.kind,
                context: self.context,
                parent: self.parent,
                began: self.began,
                ended: self.telemetry.ambient.now(),
                failed,
                attributes,
            });
        }
    }

    /// Whether somebody takes its spans.
    fn is_taken(&self) -> bool {
        self.context.sampled && !self.telemetry.sinks.is_empty()
    }

    fn take(&self, span: Span) {
        if let Some((last, others)) = self.telemetry.sinks.split_last() {
            others.iter().for_each(|sink| sink.take(span.clone()));
            last.take(span);
        }
    }

    fn add(&self, count: Count, number: u32) {
        for (each, counted) in Count::ALL.iter().zip(&self.counts) {
            if *each == count {
                counted.fetch_add(number, Ordering::Relaxed);
            }
        }
    }
}

/// A step of the present work, under way: a call of somebody else.
#[derive(Clone, Debug)]
pub struct Step {
    work: Arc<Work>,
    began: Timestamp,
}

impl Step {
    /// Begins one; nothing where nobody collects steps.
    pub fn begin() -> Option<Self> {
        let work = WORK.try_with(Arc::clone).ok()?;
        if !work.is_taken() {
            return None;
        }
        let began = work.telemetry.ambient.now();
        Some(Self { work, began })
    }

    /// It is over.
    pub fn end(self, kind: SpanKind, name: String, failed: bool, attributes: Vec<(&'static str, Attribute)>) {
        let Self { work, began } = self;
        let nth = work.steps.fetch_add(1, Ordering::Relaxed) + 1;
        let ended = work.telemetry.ambient.now();
        let context = work.context.child(work.context.span.after(nth));
        work.take(Span { name, kind, context, parent: Some(work.context.span), began, ended, failed, attributes });
    }
}

/// Counts something, for the work that is under way; outside of any nobody asks.
pub fn count(count: Count, number: u32) {
    let _ = WORK.try_with(|work| work.add(count, number));
}

/// Where in which trace the present work is.
pub fn current_trace() -> Option<TraceContext> {
    WORK.try_with(|work| work.context).ok()
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[derive(Debug, Default)]
    struct Kept(Mutex<Vec<Span>>);

    impl SpanSink for Kept {
        fn take(&self, span: Span) {
            self.0.lock().unwrap().push(span);
        }
    }

    fn telemetry(kept: &Arc<Kept>) -> Telemetry {
        let env = Env::from_iter([("STAGE".to_owned(), "test".to_owned())]);
        Telemetry::silent(&env, Ambient::system()).into(Arc::clone(kept) as Arc<dyn SpanSink>)
    }

    #[tokio::test]
    async fn steps_and_counts_are_the_work_s_that_is_under_way() {
        let kept = Arc::default();
        let telemetry = telemetry(&kept);
        let parent = TraceContext::root(&Ambient::system());
        let work = telemetry.begin(SpanKind::Server, "GET /", Some(parent));
        work.run(async {
            count(Count::Retries, 2);
            count(Count::HoldsExpired, 1);
            assert_eq!(current_trace(), Some(work.context()));
            for name in ["first", "second"] {
                let step = Step::begin().unwrap();
                step.end(SpanKind::Client, name.to_owned(), false, Vec::new());
            }
        })
        .await;
        count(Count::Retries, 9);
        assert_eq!((Step::begin().is_none(), current_trace()), (true, None));
        assert_eq!((work.tally().of(Count::Retries), work.tally().of(Count::Conflicts)), (2, 0));
        assert_eq!(work.tally().counted().count(), 2);
        work.end(true, vec![("http.response.status_code", 500_u16.into())]);
        let spans = kept.0.lock().unwrap();
        assert!(spans.iter().all(|span| span.context.trace == parent.trace));
        let [first, second, whole] = spans.as_slice() else { panic!("{spans:?}") };
        assert_eq!((whole.parent, whole.failed), (Some(parent.span), true));
        assert_eq!([first.parent, second.parent], [Some(whole.context.span); 2]);
        assert_ne!(first.context.span, second.context.span);
    }

    #[tokio::test]
    async fn a_trace_that_is_not_sampled_is_carried_on_and_not_collected() {
        let kept = Arc::default();
        let telemetry = telemetry(&kept);
        let parent = TraceContext { sampled: false, ..TraceContext::root(&Ambient::system()) };
        let work = telemetry.begin(SpanKind::Server, "GET /", Some(parent));
        work.run(async { assert!(Step::begin().is_none()) }).await;
        work.end(false, Vec::new());
        assert_eq!(work.context().to_string()[..35], parent.to_string()[..35]);
        assert!(kept.0.lock().unwrap().is_empty());
    }
}
