//! What a bucket tells a queue: an object is there that was not.

use holdfast_runtime::{FromInit, Function};
use serde::Deserialize;
use serde_json::json;

use crate::consumer::{About, ConsumeError, Message, fed};

/// A new object in a bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewObject {
    /// The bucket.
    pub bucket: String,
    /// Its key, decoded.
    pub key: String,
    /// How long it is, in bytes.
    pub bytes: u64,
    /// The request that brought it, where it is known.
    pub request_id: String,
}

impl NewObject {
    /// The words in which a bucket tells of it: for a consumer that leaves the rest of its work to another run.
    pub fn message(&self) -> String {
        let key = serde_urlencoded::to_string([("", &self.key)]).unwrap_or_default();
        let object = json!({"key": key.trim_start_matches('='), "size": self.bytes});
        let response = json!({"x-amz-request-id": self.request_id});
        json!({"Records": [{"s3": {"bucket": {"name": self.bucket}, "object": object}, "responseElements": response}]})
            .to_string()
    }
}

/// Handles new objects, each at least once. What it does has to be the same however often it does it, and whatever has
/// become of the object since.
pub trait ObjectConsumer: FromInit + Send + Sync + 'static {
    /// Handles one.
    fn handle(&self, object: NewObject) -> impl Future<Output = Result<(), ConsumeError>> + Send;
}

/// The function that a bucket feeds, by way of a queue.
pub fn objects<C: ObjectConsumer>(name: &'static str) -> Function {
    fed::<C, NewObject, _>(name, |consumer, object| async move { consumer.handle(object).await })
}

/// S3's notification. It speaks of one object; the test message that S3 sends when it is told of the queue of none.
#[derive(Deserialize)]
#[serde(untagged)]
enum Notification {
    Objects {
        #[serde(rename = "Records")]
        records: [Record; 1],
    },
    Test {
        #[serde(rename = "Event")]
        event: TestEvent,
    },
}

#[derive(Deserialize)]
enum TestEvent {
    #[serde(rename = "s3:TestEvent")]
    Test,
}

#[derive(Deserialize)]
struct Record {
    s3: Place,
    #[serde(default, rename = "responseElements")]
    response: Response,
}

#[derive(Deserialize)]
struct Place {
    bucket: Bucket,
    object: Object,
}

#[derive(Deserialize)]
struct Bucket {
    name: String,
}

#[derive(Deserialize)]
struct Object {
    key: String,
    #[serde(default)]
    size: u64,
}

#[derive(Default, Deserialize)]
struct Response {
    #[serde(default, rename = "x-amz-request-id")]
    request_id: String,
}

impl Message for NewObject {
    fn read(body: &str) -> Result<Option<Self>, serde_json::Error> {
        Ok(match serde_json::from_str(body)? {
            Notification::Objects { records: [Record { s3, response }] } => Some(Self {
                bucket: s3.bucket.name,
                key: decoded(&s3.object.key),
                bytes: s3.object.size,
                request_id: response.request_id,
            }),
            Notification::Test { event: TestEvent::Test } => None,
        })
    }

    fn about(&self) -> About {
        // Keys are made of ids.
        let (id, correlation_id) = (self.key.clone(), self.request_id.clone());
        About { id, kind: "s3:ObjectCreated".to_owned(), correlation_id, ..About::default() }
    }
}

/// A key as it was before S3 encoded it like a form.
fn decoded(key: &str) -> String {
    let pair = format!("key={}", key.replace('=', "%3D").replace('&', "%26"));
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(&pair).unwrap_or_default();
    pairs.into_iter().next().map_or_else(|| key.to_owned(), |(_, key)| key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &serde_json::Value) -> Result<Option<NewObject>, serde_json::Error> {
        NewObject::read(&body.to_string())
    }

    #[test]
    fn an_object_is_read_with_its_key_decoded() {
        let object = json!({"key": "uploads/a+b%2Bc%26d%3D%C3%A9.png", "size": 7, "eTag": "x", "sequencer": "00"});
        let record = json!({
            "eventVersion": "2.1", "eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
            "responseElements": {"x-amz-request-id": "C3D13FE58DE4C810"},
            "s3": {"bucket": {"name": "media", "arn": "arn:aws:s3:::media"}, "object": object},
        });
        let read = read(&json!({"Records": [record]})).unwrap().unwrap();
        let (bucket, key) = ("media".to_owned(), "uploads/a b+c&d=é.png".to_owned());
        assert_eq!(read, NewObject { bucket, key, bytes: 7, request_id: "C3D13FE58DE4C810".to_owned() });
        assert_eq!(NewObject::read(&read.message()).unwrap(), Some(read), "told on, it is the same");
    }

    #[test]
    fn the_test_message_asks_for_nothing_and_nothing_else_is_passed_over() {
        let test = json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "media"});
        assert!(matches!(read(&test), Ok(None)));
        for strange in [json!({}), json!({"Records": []}), json!({"Event": "s3:Other"}), json!({"Records": [{}]})] {
            assert!(read(&strange).is_err(), "{strange}");
        }
    }
}
