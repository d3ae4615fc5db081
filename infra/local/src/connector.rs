//! Where the AWS SDK's clients end: an HTTP connector without a network.
//!
//! Each call is named (service and operation), checked against the calling function's rights, perhaps
//! struck by a fault, and carried out by an engine. Before each call others are let run once, so that two
//! functions at work at the same time interleave between their calls, as in the cloud.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::client::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use aws_smithy_types::retry::RetryConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;

use crate::clock::WorldClock;
use crate::engines::{Engines, Refusal, SECRET_KEY};
use crate::faults::{CRASH_AFTER_COMMIT, Fault, Faults, writes};
use crate::iam::{Decision, Need, UnknownCall, decide};
use crate::invocation::Invocation;
use crate::protocol::{self, Outcome, Service, ServiceCall, needs_of_s3};
use crate::recorder::{Call, Recorder, units};
use crate::template::model::{ACCOUNT, REGION, Stack, Statement};
use crate::turns::Turns;

/// As the host itself signs.
pub(crate) const HOST: &str = "LocalHost";

/// A function's way to AWS.
#[derive(Clone)]
pub struct Connector(Arc<Inner>);

struct Inner {
    engines: Arc<Engines>,
    function: String,
    /// What its role may do; none may do everything: the host's own.
    rights: Option<Vec<Statement>>,
    faults: Arc<Faults>,
    recorder: Arc<Recorder>,
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Connector").field(&self.0.function).finish()
    }
}

impl Connector {
    /// The way of the function with this name in the template, with the rights that the template gives it.
    pub fn new(
        engines: Arc<Engines>,
        stack: &Stack,
        function: &str,
        faults: Arc<Faults>,
        recorder: Arc<Recorder>,
    ) -> Self {
        let spec = stack.functions.iter().find(|spec| spec.logical_id == function);
        let rights = Some(spec.map(|spec| spec.policies.clone()).unwrap_or_default());
        Self(Arc::new(Inner { engines, function: function.to_owned(), rights, faults, recorder }))
    }

    /// The host's own way, for seeding and for tests: every right, no fault, no record.
    pub fn unrestricted(engines: Arc<Engines>) -> Self {
        let (faults, recorder) = (Arc::new(Faults::none()), Arc::new(Recorder::default()));
        Self(Arc::new(Inner { engines, function: HOST.to_owned(), rights: None, faults, recorder }))
    }

    /// Whether the function may do what a URL does that it has signed.
    pub(crate) fn admits(&self, request: &http::Request<axum::body::Bytes>) -> Result<(), Refusal> {
        self.0.authorise(Service::S3, needs_of_s3(request))
    }
}

impl HttpClient for Connector {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let inner = Arc::clone(&self.0);
        // Read here, in the handler's own task: wherever the future is polled, the call is this invocation's.
        let (invocation, strand) = (Invocation::current(), Turns::current());
        HttpConnectorFuture::new(async move { inner.answer(request, invocation, strand).await })
    }
}

#[expect(clippy::disallowed_methods, reason = "what a bench measures is real time")]
async fn slowly(latency: std::time::Duration) {
    tokio::time::sleep(latency).await;
}

impl Inner {
    async fn answer(
        &self,
        request: HttpRequest,
        invocation: Option<Arc<Invocation>>,
        strand: Option<u32>,
    ) -> Result<HttpResponse, ConnectorError> {
        let call = read(request).await?;
        let decided = self.faults.turns().turn(strand, &self.function, &call.operation, call.body()).await;
        if let Err(refusal) = self.authorise(call.service, call.needs()) {
            self.note((&call, strand), invocation.as_deref(), Some(403), "");
            return written(call.service.refused(&refusal));
        }
        let mut fault = decided.or_else(|| self.faults.on_call(&self.function, call.service.name(), &call.operation));
        if matches!(fault, Some(Fault::CrashBefore | Fault::CrashAfter)) && invocation.is_none() {
            // Nobody is there to die: INIT, or the host itself.
            fault = None;
        }
        match fault {
            Some(Fault::CrashBefore) => {
                self.recorder.follows((strand, &self.function), &call, None, "");
                return crash(invocation).await;
            }
            Some(Fault::Unreached) => {
                self.note((&call, strand), invocation.as_deref(), None, "");
                return Err(unanswered());
            }
            Some(fault @ (Fault::Conflict | Fault::Throttle | Fault::Outage | Fault::Cancelled(_))) => {
                let outcome = protocol::struck(&call, &fault);
                self.note((&call, strand), invocation.as_deref(), Some(outcome.status), "");
                return written(outcome);
            }
            Some(Fault::CrashAfter | Fault::LostAnswer | Fault::Unanswered) | None => {}
        }
        if call.service == Service::DynamoDb
            && let Some(latency) = self.faults.latency(&call.operation)
        {
            slowly(latency).await;
        }
        let began_ns = self.recorder.engine_begins();
        let under_way = self.faults.turns().begins();
        let mut outcome = protocol::carry_out(&self.engines, &call).await;
        drop(under_way);
        if call.is_of_an_index()
            && outcome.status == 200
            && let Some(age) = self.faults.stale()
        {
            let fresh = std::str::from_utf8(&outcome.body).unwrap_or_default();
            let stale = self.engines.dynamo.lately(&call.input, fresh, age);
            outcome.body = stale.map_err(|error| ConnectorError::other(error.into(), None))?.into();
        }
        self.recorder.engine_ends(began_ns);
        let lost = fault.is_some();
        let status = (!lost).then_some(outcome.status);
        self.note(
            (&call, strand),
            invocation.as_deref(),
            status,
            std::str::from_utf8(&outcome.body).unwrap_or_default(),
        );
        match fault {
            Some(Fault::CrashAfter) => {
                if outcome.status < 300 && writes(&call.operation) {
                    self.faults.count(CRASH_AFTER_COMMIT);
                }
                crash(invocation).await
            }
            Some(Fault::Unanswered) => Err(unanswered()),
            Some(_) => Err(ConnectorError::io("the answer was lost on purpose".into())),
            None => written(outcome),
        }
    }

    /// Whether the function's role grants all that the call needs; what is not granted is named.
    fn authorise(&self, service: Service, needs: Result<Vec<Need>, UnknownCall>) -> Result<(), Refusal> {
        let Some(rights) = &self.rights else { return Ok(()) };
        let function = &self.function;
        let user = format!("User: arn:aws:sts::{ACCOUNT}:assumed-role/{function}/{function}");
        let needs = needs.map_err(|unknown| service.denied(format!("{user}: {unknown}")))?;
        for Need { action, resource } in needs {
            let decision = decide(rights, None, action, &resource, &BTreeMap::new());
            let allowed = matches!(decision, Decision::Allowed { .. });
            self.recorder.uses(function, action, &resource, allowed);
            if !allowed {
                let because = match decision {
                    Decision::Denied { line } => format!("an explicit deny in template.yaml, line {line}"),
                    Decision::Allowed { .. } | Decision::NotGranted => {
                        format!("no policy of it in template.yaml allows the {action} action")
                    }
                };
                let reason =
                    format!("{user} is not authorized to perform: {action} on resource: {resource} because {because}");
                return Err(service.denied(reason));
            }
        }
        Ok(())
    }

    fn note(
        &self,
        (call, strand): (&ServiceCall, Option<u32>),
        invocation: Option<&Invocation>,
        status: Option<u16>,
        answer: &str,
    ) {
        let (read_units, write_units) = match call.service {
            Service::DynamoDb => units(answer, &call.operation),
            Service::Sqs | Service::Events | Service::Ses | Service::Sns | Service::Ssm | Service::S3 => (0.0, 0.0),
        };
        self.recorder.follows((strand, &self.function), call, status, answer);
        let operation = call.operation.clone();
        let call = Call { service: call.service.name(), operation, read_units, write_units, status };
        self.recorder.calls(&self.function, &call);
        if let Some(invocation) = invocation {
            invocation.note(call);
        }
    }
}

/// Whoever asked has waited long enough.
pub(crate) fn unanswered() -> ConnectorError {
    ConnectorError::timeout("nobody answered, on purpose".into())
}

/// The function dies here: what awaits this call is dropped by whoever runs the invocation.
pub(crate) async fn crash(invocation: Option<Arc<Invocation>>) -> Result<HttpResponse, ConnectorError> {
    if let Some(invocation) = invocation {
        invocation.crash();
    }
    std::future::pending().await
}

async fn read(request: HttpRequest) -> Result<ServiceCall, ConnectorError> {
    let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
    let (parts, body) = request.into_parts();
    let bytes = match body.bytes() {
        Some(bytes) => axum::body::Bytes::copy_from_slice(bytes),
        None => {
            let collected = ByteStream::new(body).collect().await;
            collected.map_err(|error| ConnectorError::user(error.into()))?.into_bytes()
        }
    };
    ServiceCall::read(http::Request::from_parts(parts, bytes))
        .map_err(|refusal| ConnectorError::user(Box::new(refusal)))
}

fn written(outcome: Outcome) -> Result<HttpResponse, ConnectorError> {
    let response = http::Response::<axum::body::Bytes>::from(outcome).map(SdkBody::from);
    HttpResponse::try_from(response).map_err(|error| ConnectorError::other(error.into(), None))
}

/// The configuration that a function's clients are built from.
pub fn sdk_config(connector: Connector, clock: &WorldClock) -> SdkConfig {
    // What is presigned names its signer.
    let credentials = Credentials::new(connector.0.function.clone(), SECRET_KEY, None, None, "holdfast-local");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(connector)
        .sleep_impl(clock.clone())
        .time_source(clock.clone())
        .retry_config(RetryConfig::standard())
        // There is no stream here that could stall, and its watchman would spin on a clock that stands still.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .build()
}

#[cfg(test)]
mod tests;
