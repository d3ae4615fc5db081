//! How a function starts and runs: environment, clients, telemetry, Lambda.
//!
//! A [`Function`] is a name and a way to start. A bin hands it to [`run`], which is a Lambda's main; the
//! local host starts the same value with an environment, clients and surroundings of its own.

mod aws;
mod env;
mod function;
mod lambda;
mod telemetry;
mod web;
mod wire;

pub use aws::{Aws, Secret};
pub use env::{Env, InitError};
pub use function::{EventHandler, FromInit, Function, Handler, Init};
pub use lambda::{BoxError, Gateway, invoke, run};
pub use telemetry::{
    Attribute, Count, Measures, NAMESPACE, NoTrace, Span, SpanId, SpanKind, SpanSink, Step, Tally, Telemetry,
    TraceContext, TraceId, Work, count, current_trace,
};
pub use telemetry::{start as start_telemetry, start_into as start_telemetry_into};
pub use web::{ANSWER_LIMIT, Internet, Machine, Web, WebError, is_public};
