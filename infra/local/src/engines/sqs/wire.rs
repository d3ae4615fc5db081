//! The operations of SQS's API, in its JSON protocol.

use std::collections::BTreeMap;
use std::time::Duration;

use s3s::crypto::{Checksum, Md5};
use serde_json::{Map, Value, json};

use super::{LARGEST, Sqs, no_such_queue};
use crate::engines::{Refusal, text};

/// The most messages of one batch, and of one receive.
const MOST: usize = 10;

impl Sqs {
    /// Carries out an operation of the API.
    pub(crate) fn call(&self, operation: &str, request: &Value) -> Result<Value, Refusal> {
        if operation == "GetQueueUrl" {
            let name = text(request, "QueueName").unwrap_or_default();
            let queue = self.queues.values().find(|queue| queue.name == name).ok_or_else(no_such_queue)?;
            return Ok(json!({"QueueUrl": queue.url}));
        }
        if operation == "StartMessageMoveTask" {
            let source = text(request, "SourceArn").unwrap_or_default();
            self.redrive(source, text(request, "DestinationArn"))?;
            return Ok(json!({"TaskHandle": format!("task/{source}")}));
        }
        let arn = text(request, "QueueUrl").and_then(|url| self.arn_at(url)).ok_or_else(no_such_queue)?;
        match operation {
            "SendMessage" => self.send_message(arn, request),
            "SendMessageBatch" => batch(request, |entry| self.send_message(arn, entry)),
            "ReceiveMessage" => self.receive_message(arn, request),
            "DeleteMessage" => self.delete(text(request, "ReceiptHandle").unwrap_or_default()).map(|_| json!({})),
            "DeleteMessageBatch" => {
                batch(request, |entry| self.delete(text(entry, "ReceiptHandle").unwrap_or_default()).map(|_| json!({})))
            }
            "ChangeMessageVisibility" => {
                let after = Duration::from_secs(request["VisibilityTimeout"].as_u64().unwrap_or(0));
                self.release(text(request, "ReceiptHandle").unwrap_or_default(), after).map(|()| json!({}))
            }
            "GetQueueAttributes" => self.attributes(arn),
            unknown => Err(Refusal::unknown(unknown)),
        }
    }

    fn send_message(&self, arn: &str, request: &Value) -> Result<Value, Refusal> {
        let body = text(request, "MessageBody").unwrap_or_default();
        let attributes = &request["MessageAttributes"];
        let delay = request.get("DelaySeconds").filter(|delay| !delay.is_null());
        // What is no u64 is negative, and as wrong as what is too long.
        let delay = delay.map(|delay| Duration::from_secs(delay.as_u64().unwrap_or(u64::MAX)));
        let id = self.send_with(arn, body, attributes, delay)?;
        let mut answer = json!({"MessageId": id, "MD5OfMessageBody": md5(body.as_bytes())});
        if let Some(attributes) = attributes.as_object().filter(|attributes| !attributes.is_empty()) {
            answer["MD5OfMessageAttributes"] = md5(&attribute_bytes(attributes)).into();
        }
        Ok(answer)
    }

    fn receive_message(&self, arn: &str, request: &Value) -> Result<Value, Refusal> {
        let most = request["MaxNumberOfMessages"].as_u64().and_then(|most| usize::try_from(most).ok()).unwrap_or(1);
        if !(1..=MOST).contains(&most) {
            let reason = format!(
                "Value {most} for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and {MOST}, if provided."
            );
            return Err(Refusal::new("InvalidParameterValue", reason));
        }
        let visibility = request["VisibilityTimeout"].as_u64().map(Duration::from_secs);
        let visibility = visibility.map_or_else(|| self.queue(arn).map(|queue| queue.visibility), Ok)?;
        let messages = self.receive_for(arn, most, visibility)?.into_iter().map(|message| {
            let mut answer = json!({
                "MessageId": message.id,
                "ReceiptHandle": message.receipt,
                "MD5OfBody": md5(message.body.as_bytes()),
                "Attributes": message.system_attributes(),
                "Body": message.body,
            });
            if let Some(attributes) = message.attributes.as_object().filter(|attributes| !attributes.is_empty()) {
                answer["MD5OfMessageAttributes"] = md5(&attribute_bytes(attributes)).into();
                answer["MessageAttributes"] = message.attributes.clone();
            }
            answer
        });
        let messages: Vec<Value> = messages.collect();
        Ok(if messages.is_empty() { json!({}) } else { json!({"Messages": messages}) })
    }

    fn attributes(&self, arn: &str) -> Result<Value, Refusal> {
        let (queue, depths) = (self.queue(arn)?, self.depths(arn)?);
        let mut attributes = json!({
            "QueueArn": arn,
            "ApproximateNumberOfMessages": depths.visible.to_string(),
            "ApproximateNumberOfMessagesNotVisible": depths.in_flight.to_string(),
            "ApproximateNumberOfMessagesDelayed": depths.delayed.to_string(),
            "VisibilityTimeout": queue.visibility.as_secs().to_string(),
            "DelaySeconds": queue.delay.as_secs().to_string(),
            "MessageRetentionPeriod": queue.retention.as_secs().to_string(),
            "MaximumMessageSize": LARGEST.to_string(),
        });
        if let Some((dead, most)) = &queue.redrive {
            let policy = json!({"deadLetterTargetArn": dead, "maxReceiveCount": most});
            attributes["RedrivePolicy"] = policy.to_string().into();
        }
        Ok(json!({"Attributes": attributes}))
    }
}

/// A batch: each entry succeeds or fails by itself.
fn batch(request: &Value, one: impl Fn(&Value) -> Result<Value, Refusal>) -> Result<Value, Refusal> {
    let entries = request["Entries"].as_array().map(Vec::as_slice).unwrap_or_default();
    if entries.is_empty() {
        return Err(Refusal::new("EmptyBatchRequest", "There should be at least one entry in the request."));
    }
    if entries.len() > MOST {
        let reason = format!("Maximum number of entries per request are {MOST}. You have sent {}.", entries.len());
        return Err(Refusal::new("TooManyEntriesInBatchRequest", reason));
    }
    let sizes = entries.iter().filter_map(|entry| text(entry, "MessageBody")).map(str::len);
    if sizes.sum::<usize>() > LARGEST {
        let reason = format!("Batch requests cannot be longer than {LARGEST} bytes.");
        return Err(Refusal::new("BatchRequestTooLong", reason));
    }
    let (mut done, mut failed) = (Vec::new(), Vec::new());
    for entry in entries {
        let id = entry["Id"].clone();
        match one(entry) {
            Ok(mut answer) => {
                answer["Id"] = id;
                done.push(answer);
            }
            Err(refusal) => failed.push(json!({
                "Id": id, "Code": refusal.code, "Message": refusal.message, "SenderFault": refusal.status < 500,
            })),
        }
    }
    Ok(json!({"Successful": done, "Failed": failed}))
}

fn md5(bytes: &[u8]) -> String {
    Md5::checksum(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What SQS takes the checksum of: name, type and value, each after its length, in the order of names.
fn attribute_bytes(attributes: &Map<String, Value>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let part = |of: &mut Vec<u8>, value: &[u8]| {
        of.extend(u32::try_from(value.len()).unwrap_or(u32::MAX).to_be_bytes());
        of.extend(value);
    };
    let sorted: BTreeMap<&String, &Value> = attributes.iter().collect();
    for (name, value) in sorted {
        part(&mut bytes, name.as_bytes());
        part(&mut bytes, text(value, "DataType").unwrap_or_default().as_bytes());
        if let Some(value) = text(value, "StringValue") {
            bytes.push(1);
            part(&mut bytes, value.as_bytes());
        }
    }
    bytes
}
