//! How a function is watched: lines of the log, metrics in them, and the trace that all of it belongs to.
//!
//! A line is one JSON object on standard output, as CloudWatch reads it. Whatever is logged goes through here, so that
//! the never-log list has one place to be kept: ids, codes of problems, numbers; no bodies, and nothing that a person wrote.

mod calls;
mod line;
mod measures;
mod otlp;
mod trace;
mod work;

use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

pub(crate) use self::calls::Calls;
use self::line::Lines;
pub use self::measures::{Measures, NAMESPACE};
pub use self::trace::{Attribute, NoTrace, Span, SpanId, SpanKind, TraceContext, TraceId};
pub use self::work::{Count, SpanSink, Step, Tally, Telemetry, Work, count, current_trace};
use crate::env::Env;

/// What is heard when `RUST_LOG` says nothing.
const USUAL: &str = "info,aws_smithy_runtime=warn,lambda_runtime=warn";

/// Starts logging; `RUST_LOG` chooses what is heard, by target and level. `EnvFilter` could choose by span and field
/// too, for a regular expression engine in every function.
pub fn start() {
    let chosen = Env::process().get("RUST_LOG").and_then(|chosen| chosen.parse().ok());
    start_into(chosen, std::io::stdout);
}

/// Starts logging into something else: for the tests that read what was logged.
pub fn start_into<W>(chosen: Option<Targets>, to: W)
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter: Targets = chosen.or_else(|| USUAL.parse().ok()).unwrap_or_default();
    let lines = tracing_subscriber::fmt::layer().event_format(Lines).with_writer(to);
    // A second start in one process (a test's) is of no consequence.
    drop(tracing_subscriber::registry().with(lines).with(filter).try_init());
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use holdfast_core::Ambient;
    use serde_json::{Value, json};
    use tracing_subscriber::filter::LevelFilter;

    use super::*;

    #[test]
    fn the_usual_is_heard_of_all_but_the_talkative() {
        let filter: Targets = USUAL.parse().unwrap();
        assert_eq!(filter.default_level(), Some(LevelFilter::INFO));
        let info = LevelFilter::INFO.into_level().unwrap();
        assert!(filter.would_enable("holdfast_http", &info));
        assert!(!filter.would_enable("aws_smithy_runtime::client", &info));
    }

    #[derive(Clone, Debug, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// What is logged meanwhile, line by line.
    fn logged(work: impl FnOnce()) -> Vec<Value> {
        let log = Log::default();
        let written = log.clone();
        let lines = tracing_subscriber::fmt::layer().event_format(Lines).with_writer(move || written.clone());
        tracing::subscriber::with_default(tracing_subscriber::registry().with(lines), work);
        let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn a_line_is_one_object_whatever_is_in_it() {
        let lines = logged(|| {
            tracing::info!(text = "two\nlines, \"quoted\"", number = 7_u64, share = 0.5, yes = true, "said");
            tracing::warn!(error = %"{\"not\": \"merged\"}", "warned");
        });
        let [said, warned] = lines.as_slice() else { panic!("{lines:?}") };
        assert_eq!((&said["level"], &said["message"]), (&json!("INFO"), &json!("said")));
        assert_eq!(said["text"], "two\nlines, \"quoted\"");
        assert_eq!((&said["number"], &said["share"], &said["yes"]), (&json!(7), &json!(0.5), &json!(true)));
        assert!(said["timestamp"].as_str().unwrap().ends_with('Z'), "{said}");
        assert_eq!(warned["error"], "{\"not\": \"merged\"}");
        assert!(warned.get("not").is_none() && warned.get("trace_id").is_none());
    }

    #[test]
    fn metrics_stand_in_the_line_as_cloudwatch_wants_them() {
        let env = Env::from_iter([("STAGE".to_owned(), "test".to_owned())]);
        let telemetry = Telemetry::silent(&env, Ambient::system());
        let work = telemetry.begin(SpanKind::Server, "GET /", None);
        let lines = logged(|| {
            futures::executor::block_on(work.run(async {
                count(Count::Conflicts, 3);
                let measures = Measures::of(&telemetry).count("requests", 1).milliseconds("latency_ms", 12);
                let measures = measures.tally(work.tally());
                tracing::info!(route = "/", %measures, "request");
            }));
        });
        let [line] = lines.as_slice() else { panic!("{lines:?}") };
        let directive = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!((&directive["Namespace"], &directive["Dimensions"]), (&json!("Holdfast"), &json!([["stage"]])));
        let metrics = directive["Metrics"].as_array().unwrap();
        let named: Vec<_> = metrics.iter().map(|metric| (&metric["Name"], &metric["Unit"])).collect();
        let count = json!("Count");
        let wanted = [(&json!("requests"), &count), (&json!("latency_ms"), &json!("Milliseconds"))];
        assert_eq!(named[..2], wanted);
        assert_eq!(named[2], (&json!("conflicts"), &count));
        // Every metric and every dimension has its value at the top of the line.
        for (name, _) in named {
            assert!(line[name.as_str().unwrap()].is_number(), "{name}: {line}");
        }
        assert_eq!((&line["stage"], &line["route"]), (&json!("test"), &json!("/")));
        assert!(line["_aws"]["Timestamp"].as_i64().unwrap() > 1_700_000_000_000);
        assert_eq!(line["trace_id"], work.context().trace.to_string());
    }
}
