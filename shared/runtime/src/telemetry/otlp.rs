//! Spans for a collector: OTLP over HTTP, in JSON. Only where the environment names one.
//!
//! What is taken during an invocation is sent at its end, because an environment may stand still afterwards. So the collector is
//! near, an extension beside the function, and is spoken to by plain HTTP: TLS to the world and its roots are the extension's
//! affair, and in no binary of ours. One that does not answer in time costs spans, and no request.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{HttpConnector, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::display::DisplayErrorContext;
use axum::http::{Request, Uri, header::CONTENT_TYPE};
use futures::future::BoxFuture;
use serde_json::{Value, json};

use super::trace::{Attribute, Span, SpanKind};
use super::work::SpanSink;
use crate::env::{Env, InitError};
use crate::web::{Internet, Machine};
use crate::wire::Wire;

/// Where OpenTelemetry's own exporters look.
const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
/// The longest that a collector is waited for.
const PATIENCE: Duration = Duration::from_millis(500);
/// So many spans wait at most: what more there are is lost, and said so.
const MOST_WAITING: usize = 1_000;

/// The way to a collector.
#[derive(Debug)]
pub(crate) struct Collector(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    connector: SharedHttpConnector,
    traces: Uri,
    resource: Value,
    waiting: Mutex<Waiting>,
}

#[derive(Debug, Default)]
struct Waiting {
    spans: Vec<Span>,
    lost: usize,
}

impl Collector {
    /// The one that the environment names, if it names one.
    pub(crate) fn named(env: &Env) -> Result<Option<Self>, InitError> {
        let Some(endpoint) = env.get(ENDPOINT).filter(|endpoint| !endpoint.is_empty()) else { return Ok(None) };
        let invalid = |reason: String| InitError::Invalid { name: ENDPOINT.to_owned(), reason };
        let traces = format!("{}/v1/traces", endpoint.trim_end_matches('/'));
        let traces = traces.parse::<Uri>().map_err(|error| invalid(error.to_string()))?;
        if traces.scheme_str() != Some("http") {
            return Err(invalid("is not http://: the collector stands beside the function".to_owned()));
        }
        let text = |name: &str| env.get(name).unwrap_or_default().to_owned();
        let resource = json!({"attributes": [
            attribute("service.namespace", &"holdfast".into()),
            attribute("service.name", &text("AWS_LAMBDA_FUNCTION_NAME").into()),
            attribute("service.version", &text("BUILD_VERSION").into()),
            attribute("deployment.environment.name", &text("STAGE").into()),
        ]});
        let wire = Wire::new([], Machine.names()).map_err(InitError::certificates)?;
        let connector = SharedHttpConnector::new(wire);
        Ok(Some(Self(Arc::new(Inner { connector, traces, resource, waiting: Mutex::default() }))))
    }
}

impl SpanSink for Collector {
    fn take(&self, span: Span) {
        let mut waiting = self.0.waiting();
        if waiting.spans.len() < MOST_WAITING {
            waiting.spans.push(span);
        } else {
            waiting.lost += 1;
        }
    }

    fn flush(&self) -> BoxFuture<'static, ()> {
        let inner = Arc::clone(&self.0);
        Box::pin(async move { inner.send().await })
    }
}

impl Inner {
    fn waiting(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn send(&self) {
        let Waiting { spans, mut lost } = std::mem::take(&mut *self.waiting());
        if spans.is_empty() {
            return;
        }
        let body = json!({"resourceSpans": [{
            "resource": self.resource,
            "scopeSpans": [{"scope": {"name": "holdfast"}, "spans": spans.iter().map(written).collect::<Vec<_>>()}],
        }]});
        let reason = match tokio::time::timeout(PATIENCE, self.post(body.to_string())).await {
            Ok(outcome) => outcome.err(),
            Err(_) => Some("it did not answer in time".to_owned()),
        };
        if let Some(reason) = reason {
            lost += spans.len();
            tracing::warn!(lost, reason, "spans.lost");
        } else if lost > 0 {
            tracing::warn!(lost, "spans.lost");
        }
    }

    async fn post(&self, body: String) -> Result<(), String> {
        let request = Request::post(self.traces.clone()).header(CONTENT_TYPE, "application/json");
        let request = request.body(SdkBody::from(body)).map_err(|error| error.to_string())?;
        let request = HttpRequest::try_from(request).map_err(|error| error.to_string())?;
        let answer = self.connector.call(request).await;
        let answer = answer.map_err(|error| DisplayErrorContext(error).to_string())?;
        if answer.status().is_success() { Ok(()) } else { Err(format!("it answered {}", answer.status().as_u16())) }
    }
}

/// A span in OTLP's JSON.
fn written(span: &Span) -> Value {
    let kind = match span.kind {
        SpanKind::Internal => 1,
        SpanKind::Server => 2,
        SpanKind::Client => 3,
        SpanKind::Producer => 4,
        SpanKind::Consumer => 5,
    };
    let mut written = json!({
        "traceId": span.context.trace.to_string(),
        "spanId": span.context.span.to_string(),
        "name": span.name,
        "kind": kind,
        "startTimeUnixNano": span.began.as_nanosecond().to_string(),
        "endTimeUnixNano": span.ended.as_nanosecond().to_string(),
        "attributes": span.attributes.iter().map(|(name, value)| attribute(name, value)).collect::<Vec<_>>(),
        "status": if span.failed { json!({"code": 2}) } else { json!({}) },
    });
    if let Some(parent) = span.parent {
        written["parentSpanId"] = parent.to_string().into();
    }
    written
}

fn attribute(name: &str, value: &Attribute) -> Value {
    let value = match value {
        Attribute::Text(text) => json!({"stringValue": text}),
        // Numbers of 64 bits are texts in protobuf's JSON.
        Attribute::Number(number) => json!({"intValue": number.to_string()}),
    };
    json!({"key": name, "value": value})
}

#[cfg(test)]
mod tests {
    use holdfast_core::Ambient;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;
    use crate::telemetry::{Telemetry, TraceContext};

    #[tokio::test]
    async fn a_collector_gets_what_was_taken_when_the_work_is_done() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let variable = |name: &str, value: String| (name.to_owned(), value);
        let env = Env::from_iter([
            variable(ENDPOINT, format!("http://{}/", listener.local_addr().unwrap())),
            variable("STAGE", "test".to_owned()),
        ]);
        let collector = Collector::named(&env).unwrap().unwrap();
        let telemetry = Telemetry::silent(&env, Ambient::system()).into(Arc::new(collector));
        telemetry.flush().await; // nothing is sent, or it would wait for an answer
        telemetry.begin(SpanKind::Server, "GET /health", None).end(false, Vec::new());
        let answers = async {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut received = Vec::new();
            while !received.ends_with(b"}]}]}]}") {
                let mut some = [0; 4_096];
                let length = socket.read(&mut some).await.unwrap();
                received.extend_from_slice(&some[..length]);
            }
            socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap();
            String::from_utf8(received).unwrap()
        };
        let (received, ()) = tokio::join!(answers, telemetry.flush());
        assert!(received.starts_with("POST /v1/traces HTTP/1.1\r\n"), "{received}");
        let body: Value = serde_json::from_str(received.split("\r\n\r\n").nth(1).unwrap()).unwrap();
        let spans = &body["resourceSpans"][0]["scopeSpans"][0]["spans"];
        assert_eq!((&spans[0]["name"], spans.as_array().unwrap().len()), (&json!("GET /health"), 1));
    }

    #[test]
    fn a_collector_is_named_or_there_is_none() {
        let named = |endpoint: &str| Collector::named(&Env::from_iter([(ENDPOINT.to_owned(), endpoint.to_owned())]));
        assert!(Collector::named(&Env::default()).unwrap().is_none());
        assert!(named("").unwrap().is_none() && named("http://127.0.0.1:4318").unwrap().is_some());
        for endpoint in ["https://collector.example", "collector:4318", "http://a b"] {
            assert!(named(endpoint).is_err(), "{endpoint}");
        }
    }

    #[test]
    fn a_span_is_written_as_otlp_wants_it() {
        let context: TraceContext = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap();
        let at = |text: &str| text.parse().unwrap();
        let mut span = Span {
            name: "DynamoDB.GetItem".to_owned(),
            kind: SpanKind::Client,
            context,
            parent: Some(context.span),
            began: at("2026-01-01T00:00:00.000000001Z"),
            ended: at("2026-01-01T00:00:01Z"),
            failed: true,
            attributes: vec![("rpc.system", "aws-api".into()), ("http.response.status_code", 400_u16.into())],
        };
        let wanted = json!({
            "traceId": "4bf92f3577b34da6a3ce929d0e0e4736",
            "spanId": "00f067aa0ba902b7",
            "name": "DynamoDB.GetItem",
            "kind": 3,
            "startTimeUnixNano": "1767225600000000001",
            "endTimeUnixNano": "1767225601000000000",
            "attributes": [
                {"key": "rpc.system", "value": {"stringValue": "aws-api"}},
                {"key": "http.response.status_code", "value": {"intValue": "400"}},
            ],
            "status": {"code": 2},
            "parentSpanId": "00f067aa0ba902b7",
        });
        assert_eq!(written(&span), wanted);
        (span.parent, span.failed) = (None, false);
        assert_eq!((written(&span).get("parentSpanId"), &written(&span)["status"]), (None, &json!({})));
    }
}
