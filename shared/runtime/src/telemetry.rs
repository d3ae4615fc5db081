//! Logs: one JSON object a line on standard output, as CloudWatch reads them.

use tracing_subscriber::EnvFilter;

/// Starts logging; `RUST_LOG` chooses what is heard, `info` and the SDK's warnings when it is not set.
pub fn start() {
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("info,aws_smithy_runtime=warn,lambda_runtime=warn"));
    let lines = tracing_subscriber::fmt().json().flatten_event(true).with_current_span(false).with_span_list(false);
    // A second start in one process (a test's) is of no consequence.
    drop(lines.with_env_filter(filter).with_target(false).try_init());
}
