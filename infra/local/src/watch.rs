//! What the status page knows of the functions: how they fare, and the steps of the latest traces.
//!
//! It is kept in memory, and so much of it that a person can look at: numbers, routes and ids, no body and no path.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use holdfast_runtime::{Span, SpanKind, SpanSink, TraceId};
use jiff::Timestamp;

use crate::recorder::Call;

/// So many traces are kept.
const MOST_TRACES: usize = 100;
/// And so many steps of each.
const MOST_SPANS: usize = 200;
/// So many of a function's latest calls say how long it takes.
const LATEST: usize = 200;

/// A step, and whose it was.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The function, by its bin's name.
    pub function: Arc<str>,
    /// The step.
    pub span: Span,
}

/// A trace's steps, in the order in which they began.
#[derive(Clone, Debug)]
pub struct Trace {
    /// Which.
    pub id: TraceId,
    /// Its steps.
    pub steps: Vec<Seen>,
    /// Whether there were more than are kept.
    pub cut: bool,
}

/// How a function has fared since the host was started.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// Calls.
    pub calls: u64,
    /// Calls that failed: an error, a 5xx, messages that come again.
    pub errors: u64,
    /// Starts.
    pub starts: u64,
    /// Calls of AWS.
    pub round_trips: u64,
    /// Read units.
    pub read_units: f64,
    /// Write units.
    pub write_units: f64,
    /// When it was last called.
    pub last: Option<Timestamp>,
    /// All its calls, in microseconds.
    pub total_us: u64,
    /// How long the latest calls took, in microseconds.
    latest_us: VecDeque<u64>,
}

impl Figures {
    /// How long `share` of a hundred of the latest calls took at most, in microseconds.
    pub fn percentile_us(&self, share: usize) -> u64 {
        let mut sorted: Vec<u64> = self.latest_us.iter().copied().collect();
        sorted.sort_unstable();
        let at = (sorted.len() * share).div_ceil(100).saturating_sub(1);
        sorted.get(at).copied().unwrap_or(0)
    }
}

/// A call that is over.
#[derive(Clone, Debug)]
pub(crate) struct Fared<'a> {
    pub(crate) at: Timestamp,
    pub(crate) took_us: u64,
    pub(crate) failed: bool,
    pub(crate) calls: &'a [Call],
}

#[derive(Debug, Default)]
struct Kept {
    traces: VecDeque<TraceId>,
    steps: HashMap<TraceId, (Vec<Seen>, bool)>,
    figures: BTreeMap<Arc<str>, Figures>,
}

/// Looks on.
#[derive(Debug, Default)]
pub struct Watch(Mutex<Kept>);

/// Where a function's steps go.
#[derive(Debug)]
struct Sink {
    function: Arc<str>,
    watch: Arc<Watch>,
}

impl SpanSink for Sink {
    fn take(&self, span: Span) {
        self.watch.step(Seen { function: Arc::clone(&self.function), span });
    }
}

impl Watch {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a function's steps.
    pub(crate) fn sink(self: &Arc<Self>, function: &str) -> Arc<dyn SpanSink> {
        Arc::new(Sink { function: function.into(), watch: Arc::clone(self) })
    }

    pub(crate) fn starts(&self, function: &str) {
        self.kept().figures.entry(function.into()).or_default().starts += 1;
    }

    pub(crate) fn fares(&self, function: &str, fared: &Fared<'_>) {
        let mut kept = self.kept();
        let figures = kept.figures.entry(function.into()).or_default();
        figures.calls += 1;
        figures.errors += u64::from(fared.failed);
        figures.total_us += fared.took_us;
        figures.last = Some(fared.at);
        for call in fared.calls {
            figures.round_trips += 1;
            figures.read_units += call.read_units;
            figures.write_units += call.write_units;
        }
        if figures.latest_us.len() == LATEST {
            figures.latest_us.pop_front();
        }
        figures.latest_us.push_back(fared.took_us);
    }

    fn step(&self, seen: Seen) {
        let mut kept = self.kept();
        let trace = seen.span.context.trace;
        if !kept.steps.contains_key(&trace) {
            if kept.traces.len() == MOST_TRACES {
                kept.forget();
            }
            kept.traces.push_back(trace);
        }
        let (steps, cut) = kept.steps.entry(trace).or_default();
        if steps.len() == MOST_SPANS {
            *cut = true;
        } else {
            steps.push(seen);
        }
    }

    /// How each function fares that was called.
    pub fn figures(&self) -> BTreeMap<Arc<str>, Figures> {
        self.kept().figures.clone()
    }

    /// The traces of the latest requests, the newest first.
    pub fn requests(&self, most: usize) -> Vec<Seen> {
        let kept = self.kept();
        let traces = kept.traces.iter().rev().filter_map(|trace| kept.steps.get(trace));
        let mut requests: Vec<Seen> = traces.filter_map(|(steps, _)| steps.iter().find(is_request)).cloned().collect();
        requests.sort_by_key(|request| std::cmp::Reverse(request.span.began));
        requests.truncate(most);
        requests
    }

    /// A trace, if it is still known.
    pub fn trace(&self, id: TraceId) -> Option<Trace> {
        let (mut steps, cut) = self.kept().steps.get(&id).cloned()?;
        // An outer step ends after those within it, and began before them.
        steps.sort_by_key(|seen| (seen.span.began, std::cmp::Reverse(seen.span.ended)));
        Some(Trace { id, steps, cut })
    }
}

fn is_request(seen: &&Seen) -> bool {
    seen.span.kind == SpanKind::Server
}

impl Kept {
    /// Forgets a trace: the oldest that no request began, or else the oldest.
    fn forget(&mut self) {
        let of_a_request = |trace: &TraceId| {
            self.steps.get(trace).is_some_and(|(steps, _)| steps.iter().any(|seen| is_request(&seen)))
        };
        // The newest may be a request that is not over yet.
        let older = self.traces.len().saturating_sub(10);
        let at = self.traces.iter().take(older).position(|trace| !of_a_request(trace)).unwrap_or(0);
        if let Some(trace) = self.traces.remove(at) {
            self.steps.remove(&trace);
        }
    }
}

#[cfg(test)]
mod tests {
    use holdfast_core::Ambient;
    use holdfast_runtime::{Env, Telemetry};

    use super::*;

    #[tokio::test]
    async fn requests_are_remembered_longer_than_what_goes_on_beside_them() {
        let watch = Arc::new(Watch::default());
        let telemetry = Telemetry::silent(&Env::default(), Ambient::system()).into(watch.sink("health"));
        let request = telemetry.begin(SpanKind::Server, "GET /health", None);
        request.end(false, Vec::new());
        for _ in 0..3 * MOST_TRACES {
            telemetry.begin(SpanKind::Internal, "sweep", None).end(false, Vec::new());
        }
        let requests = watch.requests(10);
        assert_eq!(requests.len(), 1);
        assert_eq!(watch.kept().traces.len(), MOST_TRACES);
        assert_eq!(watch.kept().steps.len(), MOST_TRACES);
        let id = request.context().trace;
        for _ in 0..2 * MOST_TRACES {
            telemetry.begin(SpanKind::Server, "GET /health", None).end(false, Vec::new());
        }
        assert!(watch.trace(id).is_none(), "the oldest request goes in the end");
        assert_eq!(watch.requests(10).len(), 10);
    }

    #[tokio::test]
    async fn a_trace_keeps_so_many_steps_and_says_when_there_were_more() {
        let watch = Arc::new(Watch::default());
        let telemetry = Telemetry::silent(&Env::default(), Ambient::system()).into(watch.sink("import"));
        let first = telemetry.begin(SpanKind::Server, "first", None);
        for _ in 0..=MOST_SPANS {
            telemetry.begin(SpanKind::Consumer, "later", Some(first.context())).end(false, Vec::new());
        }
        let trace = watch.trace(first.context().trace).unwrap();
        assert_eq!((trace.steps.len(), trace.cut), (MOST_SPANS, true));
    }

    #[test]
    fn figures_say_how_long_calls_take() {
        let watch = Watch::default();
        let at = Timestamp::UNIX_EPOCH;
        for took_us in 1..=100 {
            watch.fares("f", &Fared { at, took_us, failed: took_us == 100, calls: &[] });
        }
        let figures = watch.figures().remove("f").unwrap();
        assert_eq!((figures.calls, figures.errors), (100, 1));
        assert_eq!([50, 99, 100].map(|share| figures.percentile_us(share)), [50, 99, 100]);
        assert_eq!(Figures::default().percentile_us(99), 0);
    }
}
