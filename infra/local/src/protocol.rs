//! What an HTTP request of the SDK asks of which service, and how each service words its answers.

use std::collections::BTreeMap;

use axum::body::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, header};
use serde_json::{Value, json};

use crate::engines::{Engines, Refusal, s3_error, s3_place, url_form};
use crate::faults::Fault;
use crate::iam::{Need, UnknownCall, needs, needs_s3};

/// A service of AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    DynamoDb,
    Sqs,
    Events,
    Ses,
    Sns,
    Ssm,
    S3,
}

impl Service {
    /// By the name that stands in a signature's scope.
    fn signed_as(name: &str) -> Option<Self> {
        Some(match name {
            "dynamodb" => Self::DynamoDb,
            "sqs" => Self::Sqs,
            "events" => Self::Events,
            "ses" => Self::Ses,
            "sns" => Self::Sns,
            "ssm" => Self::Ssm,
            "s3" => Self::S3,
            _ => return None,
        })
    }

    /// As IAM's actions begin.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::DynamoDb => "dynamodb",
            Self::Sqs => "sqs",
            Self::Events => "events",
            Self::Ses => "ses",
            Self::Sns => "sns",
            Self::Ssm => "ssm",
            Self::S3 => "s3",
        }
    }

    /// The refusal of a call that no policy grants.
    pub(crate) fn denied(self, message: String) -> Refusal {
        let (status, code) = match self {
            Self::DynamoDb | Self::Events | Self::Ssm => (400, "AccessDeniedException"),
            Self::Sqs | Self::Ses => (403, "AccessDeniedException"),
            Self::Sns => (403, "AuthorizationError"),
            Self::S3 => (403, "AccessDenied"),
        };
        Refusal { status, ..Refusal::new(code, message) }
    }

    /// A refusal in this service's words.
    pub(crate) fn refused(self, refusal: &Refusal) -> Outcome {
        let Refusal { status, code, message } = refusal;
        match self {
            Self::DynamoDb => {
                let kind = format!("com.amazonaws.dynamodb.v20120810#{code}");
                Outcome::json(*status, json!({"__type": kind, "message": message}))
            }
            Self::Events | Self::Ssm => Outcome::json(*status, json!({"__type": code, "message": message})),
            Self::Sqs => {
                let kind = format!("com.amazonaws.sqs#{code}");
                let mut outcome = Outcome::json(*status, json!({"__type": kind, "message": message}));
                let side = if *status < 500 { "Sender" } else { "Receiver" };
                outcome.header("x-amzn-query-error", &format!("{};{side}", query_code(code)));
                outcome
            }
            Self::Ses => {
                let mut outcome = Outcome::json(*status, json!({"message": message}));
                outcome.header("x-amzn-errortype", code);
                outcome
            }
            Self::Sns => {
                let side = if *status < 500 { "Sender" } else { "Receiver" };
                let message = message.replace('&', "&amp;").replace('<', "&lt;");
                let xml = format!(
                    "<ErrorResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><Error><Type>{side}</Type>\
                     <Code>{code}</Code><Message>{message}</Message></Error><RequestId>local</RequestId></ErrorResponse>"
                );
                Outcome::xml(*status, xml)
            }
            Self::S3 => Outcome::xml(*status, s3_error(refusal)),
        }
    }
}

/// SQS's errors as its older protocol names them: by these the SDK tells them apart.
fn query_code(code: &str) -> String {
    match code {
        "QueueDoesNotExist" => "AWS.SimpleQueueService.NonExistentQueue".to_owned(),
        "BatchRequestTooLong" | "EmptyBatchRequest" | "MessageNotInflight" | "TooManyEntriesInBatchRequest" => {
            format!("AWS.SimpleQueueService.{code}")
        }
        _ => code.to_owned(),
    }
}

/// A call, named.
#[derive(Debug)]
pub(crate) struct ServiceCall {
    pub(crate) service: Service,
    pub(crate) operation: String,
    /// What is asked, as JSON: the body; a form's fields; S3's bucket and key.
    pub(crate) input: Value,
    request: Request<Bytes>,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Outcome {
    fn text(status: u16, kind: &'static str, body: String) -> Self {
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(kind))]);
        Self { status, headers, body: body.into() }
    }

    fn json(status: u16, body: Value) -> Self {
        Self::text(status, "application/x-amz-json-1.0", body.to_string())
    }

    fn xml(status: u16, body: String) -> Self {
        Self::text(status, "application/xml", body)
    }

    fn header(&mut self, name: &'static str, value: &str) {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
    }
}

impl From<Outcome> for http::Response<Bytes> {
    fn from(outcome: Outcome) -> Self {
        let mut response = Self::new(outcome.body);
        *response.status_mut() = http::StatusCode::from_u16(outcome.status).unwrap_or(http::StatusCode::BAD_GATEWAY);
        *response.headers_mut() = outcome.headers;
        response
    }
}

impl ServiceCall {
    /// Names a request by its signature's scope, its target, its method and its path.
    pub(crate) fn read(request: Request<Bytes>) -> Result<Self, Refusal> {
        let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let scope = text("authorization").split_once("Credential=").map_or("", |(_, rest)| rest);
        let signed_as = scope.split([',', ' ']).next().unwrap_or_default().split('/').nth(3).unwrap_or_default();
        let unknown = || Refusal::unknown(&format!("{} of {signed_as:?}", request.uri()));
        let service = Service::signed_as(signed_as).ok_or_else(unknown)?;
        let parsed = || serde_json::from_slice::<Value>(request.body()).unwrap_or_default();
        let target = || text("x-amz-target").rsplit('.').next().unwrap_or_default().to_owned();
        let (operation, input) = match service {
            Service::DynamoDb | Service::Sqs | Service::Events | Service::Ssm => (target(), parsed()),
            Service::Ses => match (request.method(), request.uri().path()) {
                (&Method::POST, "/v2/email/outbound-emails") => ("SendEmail".to_owned(), parsed()),
                _ => return Err(unknown()),
            },
            Service::Sns => {
                let form = url_form(&String::from_utf8_lossy(request.body()));
                (form.get("Action").cloned().unwrap_or_default(), json!(form))
            }
            Service::S3 => {
                let (bucket, key) = s3_place(&request);
                let operation = s3_operation(request.method(), request.uri().query().unwrap_or_default(), &key);
                (operation.to_owned(), json!({"Bucket": bucket, "Key": key}))
            }
        };
        Ok(Self { service, operation, input, request })
    }

    /// The request's body.
    pub(crate) fn body(&self) -> &Bytes {
        self.request.body()
    }

    /// Whether it reads an index, which may lag behind.
    pub(crate) fn is_of_an_index(&self) -> bool {
        self.service == Service::DynamoDb && self.operation == "Query" && self.input["IndexName"].is_string()
    }

    /// What it takes to be granted.
    pub(crate) fn needs(&self) -> Result<Vec<Need>, UnknownCall> {
        if self.service != Service::S3 {
            return needs(self.service.name(), &self.operation, &self.input);
        }
        needs_of_s3(&self.request)
    }
}

/// What a request to S3 takes to be granted.
pub(crate) fn needs_of_s3(request: &Request<Bytes>) -> Result<Vec<Need>, UnknownCall> {
    let (bucket, key) = s3_place(request);
    let copied = request.headers().get("x-amz-copy-source").and_then(|source| source.to_str().ok());
    let query = request.uri().query().unwrap_or_default();
    needs_s3(request.method().as_str(), &format!("/{bucket}/{key}"), query, copied)
}

fn s3_operation(method: &Method, query: &str, key: &str) -> &'static str {
    let has = |name: &str| query.split('&').any(|pair| pair.split('=').next() == Some(name));
    match (method.as_str(), key.is_empty()) {
        ("GET", true) => "ListObjectsV2",
        ("HEAD", true) => "HeadBucket",
        ("GET", false) => "GetObject",
        ("HEAD", false) => "HeadObject",
        ("DELETE", false) if has("uploadId") => "AbortMultipartUpload",
        ("DELETE", false) => "DeleteObject",
        ("PUT", false) if has("uploadId") => "UploadPart",
        ("PUT", false) => "PutObject",
        ("POST", false) if has("uploads") => "CreateMultipartUpload",
        ("POST", false) => "CompleteMultipartUpload",
        ("POST", true) if has("delete") => "DeleteObjects",
        _ => "Unknown",
    }
}

/// Has the engine carry out the call.
pub(crate) async fn carry_out(engines: &Engines, call: &ServiceCall) -> Outcome {
    if let Some((elsewhere, at)) = engines.elsewhere.get().and_then(|there| Some((there, there.of(call.service)?))) {
        let outcome = elsewhere.carry_out(at, call.request.clone()).await.unwrap_or_else(|error| {
            let refusal = Refusal::new("InternalServerError", format!("{at} does not answer: {error}"));
            call.service.refused(&Refusal { status: 500, ..refusal })
        });
        if call.service == Service::DynamoDb {
            engines.dynamo.note_writes(&call.operation, &call.input);
        }
        return outcome;
    }
    let (operation, input) = (call.operation.as_str(), &call.input);
    let done = match call.service {
        Service::DynamoDb => {
            let body = std::str::from_utf8(call.request.body()).unwrap_or_default();
            let (status, body) = engines.dynamo.call(operation, body, input);
            return Outcome::text(status, "application/x-amz-json-1.0", body);
        }
        Service::S3 => {
            let answer = engines.s3.call(call.request.clone()).await;
            return answer.unwrap_or_else(|error| Service::S3.refused(&Refusal::from(error)));
        }
        Service::Sns => return notify(engines, call),
        Service::Sqs => engines.sqs.call(operation, input),
        Service::Events => engines.events.call(operation, input),
        Service::Ses => engines.send_email(input),
        Service::Ssm => engines.ssm.call(operation, input),
    };
    match done {
        Ok(answer) => Outcome::json(200, answer),
        Err(refusal) => call.service.refused(&refusal),
    }
}

fn notify(engines: &Engines, call: &ServiceCall) -> Outcome {
    let form: BTreeMap<String, String> = serde_json::from_value(call.input.clone()).unwrap_or_default();
    let operation = call.operation.as_str();
    let done = match operation {
        "Publish" => engines.mail.publish(&form).map(|id| format!("<MessageId>{id}</MessageId>")),
        "CreatePlatformEndpoint" => {
            engines.mail.create_endpoint(&form).map(|arn| format!("<EndpointArn>{arn}</EndpointArn>"))
        }
        "DeleteEndpoint" => engines.mail.delete_endpoint(&form).map(|()| String::new()),
        unknown => Err(Refusal::unknown(unknown)),
    };
    match done {
        Ok(result) => Outcome::xml(
            200,
            format!(
                "<{operation}Response xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><{operation}Result>{result}\
                 </{operation}Result><ResponseMetadata><RequestId>local</RequestId></ResponseMetadata>\
                 </{operation}Response>"
            ),
        ),
        Err(refusal) => Service::Sns.refused(&refusal),
    }
}

/// What the service answers to a call that a fault strikes before it takes effect.
pub(crate) fn struck(call: &ServiceCall, fault: &Fault) -> Outcome {
    let transaction = call.operation.starts_with("Transact");
    let refusal = match (call.service, fault) {
        (Service::DynamoDb, Fault::Conflict) if transaction => return cancelled(call, 0),
        (Service::DynamoDb, Fault::Cancelled(which)) if transaction => return cancelled(call, *which),
        (Service::DynamoDb, Fault::Conflict) => {
            Refusal::new("TransactionConflictException", "Transaction is ongoing for the item")
        }
        (Service::DynamoDb, Fault::Throttle) => Refusal::new(
            "ProvisionedThroughputExceededException",
            "The level of configured provisioned throughput for the table was exceeded",
        ),
        (Service::S3, Fault::Throttle) => {
            Refusal { status: 503, ..Refusal::new("SlowDown", "Please reduce your request rate.") }
        }
        (_, Fault::Throttle | Fault::Conflict | Fault::Cancelled(_)) => {
            Refusal::new("ThrottlingException", "Rate exceeded")
        }
        (
            _,
            Fault::Outage
            | Fault::CrashBefore
            | Fault::CrashAfter
            | Fault::LostAnswer
            | Fault::Unreached
            | Fault::Unanswered,
        ) => Refusal { status: 500, ..Refusal::new("InternalServerError", "Internal server error") },
    };
    call.service.refused(&refusal)
}

/// Why a transaction is cancelled although its conditions hold.
const PASSING: [(&str, &str); 3] = [
    ("TransactionConflict", "Transaction is ongoing for the item"),
    ("ThrottlingError", "Throughput exceeds the current capacity of your table or index."),
    ("ProvisionedThroughputExceeded", "The level of configured provisioned throughput for the table was exceeded."),
];

/// A transaction that was cancelled at one of its items, for a reason that passes: `which` counts through the items, and then
/// through the reasons.
fn cancelled(call: &ServiceCall, which: u64) -> Outcome {
    let count = call.input["TransactItems"].as_array().map_or(1, |items| items.len().max(1));
    let which = usize::try_from(which % 100_000).unwrap_or(0);
    let (at, (code, message)) = (which % count, PASSING[which / count % PASSING.len()]);
    let reasons: Vec<Value> = (0..count)
        .map(|nth| if nth == at { json!({"Code": code, "Message": message}) } else { json!({"Code": "None"}) })
        .collect();
    let codes: Vec<&str> = reasons.iter().filter_map(|reason| reason["Code"].as_str()).collect();
    let message =
        format!("Transaction cancelled, please refer cancellation reasons for specific reasons [{}]", codes.join(", "));
    let kind = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
    Outcome::json(400, json!({"__type": kind, "Message": message, "CancellationReasons": reasons}))
}
