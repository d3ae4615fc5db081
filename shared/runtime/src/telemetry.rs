//! Logs: one JSON object a line on standard output, as CloudWatch reads them.

use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

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
    let lines = tracing_subscriber::fmt::layer().json().flatten_event(true).with_writer(to);
    let lines = lines.with_current_span(false).with_span_list(false).with_target(false);
    // A second start in one process (a test's) is of no consequence.
    drop(tracing_subscriber::registry().with(lines).with(filter).try_init());
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing_subscriber::filter::LevelFilter;

    #[test]
    fn the_usual_is_heard_of_all_but_the_talkative() {
        let filter: Targets = USUAL.parse().unwrap();
        assert_eq!(filter.default_level(), Some(LevelFilter::INFO));
        let info = LevelFilter::INFO.into_level().unwrap();
        assert!(filter.would_enable("holdfast_http", &info));
        assert!(!filter.would_enable("aws_smithy_runtime::client", &info));
    }
}
