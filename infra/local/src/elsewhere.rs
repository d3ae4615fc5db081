//! A world of which a part is elsewhere: queues, bus and buckets at a LocalStack on this machine, and the tables behind dynoxide's own
//! HTTP server. Functions, their rights, the API and the streams' readers are the world's as ever; what they ask of these services goes
//! over the wire, and the queues that call functions are read there.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use axum::body::Bytes;
use dynoxide::Database;
use http::{Request, Response};
use serde_json::{Value, json};

use crate::engines::Filters;
use crate::functions::Functions;
use crate::plain::asked;
use crate::protocol::{Outcome, Service};
use crate::sources::reported_failures;
use crate::template::model::{ACCOUNT, EventSource, QueueMapping, REGION, Stack};

/// Between two rounds in which nothing was found: a rule's message is on its way for a moment.
const PAUSE: Duration = Duration::from_millis(150);

/// Where the rest is.
#[derive(Debug)]
pub struct Elsewhere {
    aws: SocketAddr,
    tables: SocketAddr,
}

impl Elsewhere {
    /// So many rounds must find nothing before all is at rest.
    pub(crate) const QUIET_ROUNDS: u32 = 4;

    /// Makes the stack's queues, buses, rules and buckets at `aws`, and serves the tables that lie in `folder`.
    pub(crate) async fn open(aws: SocketAddr, folder: &Path, stack: &Stack) -> io::Result<Self> {
        let file = folder.join("dynamodb.db");
        let file = file.to_str().ok_or_else(|| io::Error::other("the folder's name is no UTF-8"))?;
        let database = Database::new(file).map_err(io::Error::other)?;
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let tables = listener.local_addr()?;
        tokio::spawn(dynoxide::server::serve_on(listener, database));
        let elsewhere = Self { aws, tables };
        elsewhere.make(stack).await?;
        Ok(elsewhere)
    }

    /// Where a service is, unless it is in the world.
    pub(crate) fn of(&self, service: Service) -> Option<SocketAddr> {
        match service {
            Service::DynamoDb => Some(self.tables),
            Service::Sqs | Service::Events | Service::S3 => Some(self.aws),
            Service::Ses | Service::Sns | Service::Ssm => None,
        }
    }

    /// Where buckets are, as presigned URLs say it.
    pub(crate) fn buckets(aws: SocketAddr) -> String {
        format!("http://{aws}")
    }

    /// Whether a request is for a bucket.
    pub(crate) fn is_for_buckets(&self, request: &Request<Bytes>) -> bool {
        request.uri().authority().is_some_and(|authority| authority.as_str() == self.aws.to_string())
    }

    /// What a bucket answers to a request that is signed in its URL.
    pub(crate) async fn objects(&self, request: Request<Bytes>) -> io::Result<Response<Bytes>> {
        asked(self.aws, &self.aws.to_string(), request).await
    }

    /// Has a call carried out.
    pub(crate) async fn carry_out(&self, at: SocketAddr, request: Request<Bytes>) -> io::Result<Outcome> {
        let host = request.uri().authority().map_or_else(|| at.to_string(), ToString::to_string);
        let (parts, body) = asked(at, &host, request).await?.into_parts();
        Ok(Outcome { status: parts.status.as_u16(), headers: parts.headers, body })
    }

    /// Hands functions what lies in their queues, once through all of them. False when nothing did.
    pub(crate) async fn round(&self, stack: &Stack, functions: &Functions) -> io::Result<bool> {
        let mut found = false;
        for (at, spec) in stack.functions.iter().enumerate() {
            for event in &spec.events {
                if let EventSource::Queue(mapping) = event
                    && mapping.enabled
                {
                    found |= self.batch(stack, functions, at, mapping).await?;
                }
            }
        }
        if !found {
            holdfast_core::Clock::sleep(&holdfast_core::SystemClock, PAUSE).await;
        }
        Ok(found)
    }

    async fn batch(&self, stack: &Stack, functions: &Functions, at: usize, mapping: &QueueMapping) -> io::Result<bool> {
        let Some(queue) = stack.queues.iter().find(|queue| queue.arn == mapping.queue) else { return Ok(false) };
        let most = mapping.batch_size.min(10);
        let asks = json!({"QueueUrl": queue.url, "MaxNumberOfMessages": most, "WaitTimeSeconds": 0,
            "MessageSystemAttributeNames": ["All"], "MessageAttributeNames": ["All"]});
        let answer = self.sqs("ReceiveMessage", &asks).await?;
        let messages = answer["Messages"].as_array().cloned().unwrap_or_default();
        let filters = Filters::parse(&mapping.filters).map_err(io::Error::other)?;
        let records: Vec<Value> = messages.iter().map(|message| record(&mapping.queue, message)).collect();
        let taken: Vec<&Value> = records.iter().filter(|record| filters.take_message(record)).collect();
        let done = match taken.is_empty() {
            true => Ok(Value::Null),
            false => functions.call(at, json!({"Records": taken})).await,
        };
        // What failed comes again when its visibility timeout ends.
        let failed = done.as_ref().ok().and_then(reported_failures);
        let Some(failed) = failed else { return Ok(!records.is_empty()) };
        for record in &records {
            if !record["messageId"].as_str().is_some_and(|id| failed.contains(&id)) {
                let receipt = json!({"QueueUrl": queue.url, "ReceiptHandle": record["receiptHandle"]});
                self.sqs("DeleteMessage", &receipt).await?;
            }
        }
        Ok(!records.is_empty())
    }

    async fn make(&self, stack: &Stack) -> io::Result<()> {
        for queue in &stack.queues {
            let mut attributes = json!({
                "VisibilityTimeout": queue.visibility.as_secs().to_string(),
                "DelaySeconds": queue.delay.as_secs().to_string(),
            });
            if let Some((dead_letters, most)) = &queue.redrive {
                let redrive = json!({"deadLetterTargetArn": dead_letters, "maxReceiveCount": most});
                attributes["RedrivePolicy"] = json!(redrive.to_string());
            }
            self.sqs("CreateQueue", &json!({"QueueName": queue.name, "Attributes": attributes})).await?;
        }
        for bus in &stack.buses {
            self.events("CreateEventBus", &json!({"Name": bus.name})).await?;
        }
        for rule in &stack.rules {
            let pattern = rule.pattern.to_string();
            let named = json!({"Name": rule.logical_id, "EventBusName": rule.bus, "EventPattern": pattern});
            self.events("PutRule", &named).await?;
            let targets = rule.targets.iter().enumerate().map(|(nth, target)| {
                let mut sends = json!({"Id": nth.to_string(), "Arn": target.queue});
                if let Some(path) = &target.input_path {
                    sends["InputPath"] = json!(path);
                }
                if let Some(transformer) = &target.transformer {
                    let paths: serde_json::Map<_, _> =
                        transformer.paths.iter().map(|(name, path)| (name.clone(), json!(path))).collect();
                    sends["InputTransformer"] = json!({"InputPathsMap": paths, "InputTemplate": transformer.template});
                }
                sends
            });
            let targets: Vec<Value> = targets.collect();
            self.events("PutTargets", &json!({"Rule": rule.logical_id, "EventBusName": rule.bus, "Targets": targets}))
                .await?;
        }
        for bucket in &stack.buckets {
            self.s3(&format!("/{}", bucket.name), String::new()).await?;
            let told = bucket.notifies.iter().map(|(queue, prefix)| {
                format!(
                    "<QueueConfiguration><Queue>{queue}</Queue><Event>s3:ObjectCreated:*</Event><Filter><S3Key>\
                     <FilterRule><Name>prefix</Name><Value>{prefix}</Value></FilterRule></S3Key></Filter>\
                     </QueueConfiguration>"
                )
            });
            let told: String = told.collect();
            if !told.is_empty() {
                let space = "http://s3.amazonaws.com/doc/2006-03-01/";
                let told = format!("<NotificationConfiguration xmlns=\"{space}\">{told}</NotificationConfiguration>");
                self.s3(&format!("/{}?notification", bucket.name), told).await?;
            }
        }
        Ok(())
    }

    async fn sqs(&self, operation: &str, input: &Value) -> io::Result<Value> {
        self.ask("sqs", &format!("AmazonSQS.{operation}"), input).await
    }

    async fn events(&self, operation: &str, input: &Value) -> io::Result<Value> {
        self.ask("events", &format!("AWSEvents.{operation}"), input).await
    }

    async fn ask(&self, service: &str, target: &str, input: &Value) -> io::Result<Value> {
        let request = signed("POST", "/", service)
            .header("x-amz-target", target)
            .header("content-type", "application/x-amz-json-1.0")
            .body(Bytes::from(input.to_string()));
        let body = self.well(target, request.map_err(io::Error::other)?).await?;
        Ok(serde_json::from_slice(&body).unwrap_or_default())
    }

    async fn s3(&self, path: &str, body: String) -> io::Result<()> {
        let request = signed("PUT", path, "s3")
            .header("content-type", "application/xml")
            .body(Bytes::from(body))
            .map_err(io::Error::other)?;
        self.well(path, request).await.map(drop)
    }

    /// The body of an answer that is none of an error.
    async fn well(&self, asked_for: &str, request: Request<Bytes>) -> io::Result<Bytes> {
        let answer = asked(self.aws, &self.aws.to_string(), request).await?;
        if answer.status().is_success() {
            return Ok(answer.into_body());
        }
        let said = String::from_utf8_lossy(answer.body()).into_owned();
        Err(io::Error::other(format!("{asked_for} is answered {}: {said}", answer.status())))
    }
}

/// A request by whom LocalStack takes for anybody: the scope says which service is asked.
fn signed(method: &str, path: &str, service: &str) -> http::request::Builder {
    let scope = format!("Credential={ACCOUNT}/20260101/{REGION}/{service}/aws4_request");
    let signature = format!("AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0");
    Request::builder().method(method).uri(path).header("authorization", signature)
}

/// A message in Lambda's shape.
fn record(queue: &str, message: &Value) -> Value {
    json!({
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue,
        "awsRegion": REGION,
    })
}
