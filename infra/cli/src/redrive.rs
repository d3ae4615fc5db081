//! `holdfast redrive`: what lies in a queue of dead letters, and its way back.

use std::collections::BTreeMap;
use std::io::Write;

use aws_sdk_sqs::types::QueueAttributeName;
use aws_smithy_types::error::display::DisplayErrorContext;
use holdfast_local::template::model::QueueSpec;
use serde_json::Value;

use crate::Error;
use crate::site::Site;

/// So many messages are looked at: what one call of SQS gives.
const LOOKED_AT: i32 = 10;

/// Looks, or with `go` sends back. Nothing in the queue is well.
pub(crate) async fn redrive(
    site: &Site,
    queue: &str,
    to: Option<&str>,
    go: bool,
    out: &mut dyn Write,
) -> Result<bool, Error> {
    let dead = named(site, queue)?;
    let to = to.map(|to| named(site, to)).transpose()?;
    let sqs = site.aws()?.sqs();
    let url = sqs.get_queue_url().queue_name(&dead.name).send().await.map_err(|error| said(&error))?.queue_url;
    let call = sqs.get_queue_attributes().set_queue_url(url.clone()).attribute_names(QueueAttributeName::All);
    let attributes = call.send().await.map_err(|error| said(&error))?.attributes.unwrap_or_default();
    let attribute = |name: &QueueAttributeName| attributes.get(name).cloned().unwrap_or_default();
    let waiting: u64 = attribute(&QueueAttributeName::ApproximateNumberOfMessages).parse().unwrap_or(0);
    if waiting == 0 {
        writeln!(out, "redrive: {queue} is empty")?;
        return Ok(true);
    }
    // Seen again at once by whoever looks next.
    let look = sqs.receive_message().set_queue_url(url).visibility_timeout(0).max_number_of_messages(LOOKED_AT);
    let messages = look.send().await.map_err(|error| said(&error))?.messages.unwrap_or_default();
    let mut kinds: BTreeMap<String, u64> = BTreeMap::new();
    for message in &messages {
        let (kind, line) = described(message.body().unwrap_or_default());
        *kinds.entry(kind).or_default() += 1;
        writeln!(out, "{line}")?;
    }
    let of: Vec<String> = kinds.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    let whither = match (&to, sources(site, &dead).as_slice()) {
        (Some(to), _) => to.logical_id.clone(),
        (None, []) => {
            writeln!(
                out,
                "redrive: {waiting} in {queue} came from no queue: --to names one, or docs/runbooks/dead-letters.md"
            )?;
            return Ok(false);
        }
        (None, sources) => sources.join(" and "),
    };
    if !go {
        writeln!(out, "redrive: {waiting} in {queue}, of those seen {}; --go sends them to {whither}", of.join(", "))?;
        return Ok(false);
    }
    let task = sqs.start_message_move_task().source_arn(attribute(&QueueAttributeName::QueueArn));
    let task = match &to {
        // The account is the source's.
        Some(to) => task.destination_arn(attribute(&QueueAttributeName::QueueArn).replace(&dead.name, &to.name)),
        None => task,
    };
    task.send().await.map_err(|error| said(&error))?;
    writeln!(out, "redrive: {waiting} from {queue} are on their way to {whither}")?;
    Ok(true)
}

fn said(error: &dyn std::error::Error) -> String {
    DisplayErrorContext(error).to_string()
}

fn named(site: &Site, name: &str) -> Result<QueueSpec, Error> {
    let queues = &site.stack().queues;
    let found = queues.iter().find(|queue| queue.logical_id == name || queue.name == name);
    found.cloned().ok_or_else(|| {
        let all: Vec<&str> = queues.iter().map(|queue| queue.logical_id.as_str()).collect();
        format!("there is no queue {name}: there is {}", all.join(", ")).into()
    })
}

/// The queues whose dead letters these are.
fn sources(site: &Site, dead: &QueueSpec) -> Vec<String> {
    let of_it = |queue: &&QueueSpec| queue.redrive.as_ref().is_some_and(|(arn, _)| *arn == dead.arn);
    site.stack().queues.iter().filter(of_it).map(|queue| queue.logical_id.clone()).collect()
}

/// What kind of message it is, and a line of ids: never the body, which a person may read here and pass on.
fn described(body: &str) -> (String, String) {
    let message: Value = serde_json::from_str(body).unwrap_or_default();
    let text = |pointer: &str| message.pointer(pointer).and_then(Value::as_str).unwrap_or("?").to_owned();
    if message.get("detail").is_some() {
        let (kind, trace) = (text("/detail/type"), text("/detail/traceparent"));
        let trace = trace.split('-').nth(1).unwrap_or("?").to_owned();
        let line = format!("{kind} {} of {}, trace {trace}", text("/detail/id"), text("/detail/subject"));
        return (kind, line);
    }
    if message.get("dynamodb").is_some() {
        let keys = message.pointer("/dynamodb/Keys").map(ToString::to_string).unwrap_or_default();
        return ("stream record".to_owned(), format!("a stream's record, {keys}"));
    }
    if message.get("Records").is_some() {
        let key = text("/Records/0/s3/object/key");
        return ("object".to_owned(), format!("an object, {key}"));
    }
    ("other".to_owned(), format!("{} bytes that are no event", body.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_described_by_its_ids() {
        let event = r#"{"detail":{"type":"a.b.v1","id":"evt_1","subject":"usr_1","traceparent":"00-4bf9-00f0-01","data":{"secret":"x"}}}"#;
        assert_eq!(described(event), ("a.b.v1".to_owned(), "a.b.v1 evt_1 of usr_1, trace 4bf9".to_owned()));
        let record = r#"{"eventID":"1","dynamodb":{"Keys":{"pk":{"S":"X"}},"NewImage":{"name":{"S":"Ada"}}}}"#;
        assert_eq!(described(record).1, r#"a stream's record, {"pk":{"S":"X"}}"#);
        let object = r#"{"Records":[{"s3":{"object":{"key":"uploads/1"}}}]}"#;
        assert_eq!(described(object).1, "an object, uploads/1");
        assert_eq!(described("Ada Lovelace").1, "12 bytes that are no event");
    }
}
