//! Functions and what calls them.

use std::collections::HashSet;
use std::time::Duration;

use serde_json::Value;

use super::known::{self, Fields};
use super::model::{EventSource, FunctionSpec, QueueMapping, Route, ScheduleSpec, Stack, StreamMapping};
use super::nested::Place;
use super::node::{Kind, Node, Read, fault};
use super::policies;
use super::resolve::Identity;

/// The type of a function's resource.
pub(super) const TYPE: &str = "AWS::Serverless::Function";

/// What Lambda gives a function's environment at most, in bytes.
const LARGEST_ENVIRONMENT: usize = 4096;

/// The section Globals: what every function begins with.
pub(super) struct Globals<'a>(Option<&'a Node>);

impl<'a> Globals<'a> {
    /// Of the section, when there is one.
    pub(super) fn of(section: Option<&'a Node>) -> Read<Self> {
        let Some(section) = section else { return Ok(Self(None)) };
        Ok(Self(Fields::of("Globals", section, &["Function"], &[])?.get("Function")))
    }

    /// A function's properties on top of them, as SAM merges: mappings name by name, lists one after the other.
    pub(super) fn merged(&self, own: Option<&Node>, line: usize) -> Read<Node> {
        match (self.0, own) {
            (Some(global), Some(own)) => Ok(merge(global, own)),
            (Some(only), None) | (None, Some(only)) => Ok(only.clone()),
            (None, None) => fault(line, "a function needs `Properties`"),
        }
    }
}

fn merge(global: &Node, own: &Node) -> Node {
    let kind = match (&global.kind, &own.kind) {
        (Kind::Map(global), Kind::Map(own)) => {
            let mut merged = global.clone();
            for (key, value) in own {
                match merged.iter_mut().find(|(name, _)| name.text == key.text) {
                    Some(entry) => *entry = (key.clone(), merge(&entry.1, value)),
                    None => merged.push((key.clone(), value.clone())),
                }
            }
            Kind::Map(merged)
        }
        (Kind::List(global), Kind::List(own)) => Kind::List(global.iter().chain(own).cloned().collect()),
        (Kind::Scalar { .. } | Kind::List(_) | Kind::Map(_) | Kind::Call(..), own) => own.clone(),
    };
    Node { line: own.line, kind }
}

/// What calls functions already, and may call no other: routes.
#[derive(Default)]
pub(super) struct Callers(HashSet<String>);

/// A function, from its merged and resolved properties.
pub(super) fn function(
    logical_id: &str,
    identity: &Identity,
    properties: &Node,
    place: &Place<'_>,
    stack: &Stack,
    callers: &mut Callers,
) -> Read<FunctionSpec> {
    let read = ["CodeUri", "Environment", "Events", "FunctionName", "MemorySize", "Policies", "Timeout"];
    let fields = Fields::of("a function", properties, &read, known::FUNCTION)?;
    let code = fields.must("CodeUri")?;
    let Some(bin) = code.text()?.strip_prefix(place.code.as_str()).filter(|bin| !bin.is_empty() && !bin.contains('/'))
    else {
        return fault(code.line, format!("CodeUri must be {} and a bin's name", place.code));
    };
    let mut spec = FunctionSpec {
        logical_id: logical_id.to_owned(),
        arn: identity.arn().to_owned(),
        bin: bin.to_owned(),
        environment: Default::default(),
        timeout: Duration::from_secs(fields.number("Timeout")?.unwrap_or(3)),
        memory_mb: fields.number("MemorySize")?.unwrap_or(128),
        policies: policies::of_function(fields.get("Policies"))?,
        events: Vec::new(),
    };
    if let Some(environment) = fields.get("Environment") {
        let variables = Fields::of("Environment", environment, &["Variables"], &[])?.must("Variables")?;
        for (key, value) in variables.map()? {
            spec.environment.insert(key.text.clone(), value.text()?.to_owned());
        }
        let bytes = spec.environment.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>();
        if bytes > LARGEST_ENVIRONMENT {
            return fault(
                environment.line,
                format!("an environment of {bytes} bytes: Lambda takes {LARGEST_ENVIRONMENT}"),
            );
        }
    }
    if let Some(events) = fields.get("Events") {
        for (_, event) in events.map()? {
            let source = source(event, place, stack, spec.timeout)?;
            if let EventSource::Http(Route::Path { method, path }) = &source
                && !callers.0.insert(shape(method, path))
            {
                return fault(event.line, "another function has this route");
            }
            spec.events.push(source);
        }
    }
    Ok(spec)
}

fn source(event: &Node, place: &Place<'_>, stack: &Stack, timeout: Duration) -> Read<EventSource> {
    let fields = Fields::of("an event", event, &["Type", "Properties"], &[])?;
    let kind = fields.must("Type")?;
    let properties = fields.must("Properties")?;
    match kind.text()? {
        "HttpApi" if place.outermost => route(properties).map(EventSource::Http),
        // SAM refuses it: an event's API stands in the same template.
        "HttpApi" => fault(kind.line, "routes stand beside their API, not in an application"),
        "SQS" => queue(properties, stack, timeout).map(EventSource::Queue),
        "DynamoDB" => stream(properties, stack).map(EventSource::Stream),
        "Schedule" => schedule(properties, "Schedule").map(EventSource::Schedule),
        "ScheduleV2" => schedule(properties, "ScheduleExpression").map(EventSource::Schedule),
        other => fault(kind.line, format!("events of the type {other} are not supported")),
    }
}

fn route(properties: &Node) -> Read<Route> {
    let fields = Fields::of("an HttpApi event", properties, &["ApiId", "Method", "Path"], &[])?;
    fields.must("ApiId")?;
    let (method, path) = match (fields.get("Method"), fields.get("Path")) {
        (None, None) => return Ok(Route::Default),
        (_, Some(path)) if path.text()? == "$default" => return Ok(Route::Default),
        (Some(method), Some(path)) => (method, path),
        (Some(_), None) | (None, Some(_)) => {
            return fault(fields.line(), "a route needs a Method and a Path, or neither");
        }
    };
    let path_text = path.text()?;
    if !path_text.starts_with('/') || path_text.len() > 1 && path_text.ends_with('/') || path_text.contains("+}") {
        return fault(path.line, format!("`{path_text}` is not a path that is supported"));
    }
    match method.text()? {
        name @ ("GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" | "OPTIONS") => {
            Ok(Route::Path { method: name.to_owned(), path: path_text.to_owned() })
        }
        other => fault(method.line, format!("the method `{other}` is not supported: name one, in capitals")),
    }
}

/// What two routes may not share: the gateway does not tell them apart by their parameters' names.
fn shape(method: &str, path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
    parts.fold(method.to_owned(), |shape, part| shape + "/" + part)
}

fn queue(properties: &Node, stack: &Stack, timeout: Duration) -> Read<QueueMapping> {
    let read = [
        "Queue",
        "BatchSize",
        "MaximumBatchingWindowInSeconds",
        "FunctionResponseTypes",
        "ScalingConfig",
        "FilterCriteria",
        "Enabled",
    ];
    let fields = Fields::of("an SQS event", properties, &read, &[])?;
    let queue = fields.must("Queue")?;
    let Some(spec) = stack.queues.iter().find(|spec| queue.text().is_ok_and(|arn| arn == spec.arn)) else {
        return fault(queue.line, "this is no queue's ARN in this template");
    };
    if spec.visibility < timeout {
        // Lambda itself refuses such a mapping.
        return fault(queue.line, "the queue's VisibilityTimeout is shorter than the function's Timeout");
    }
    let mapping = QueueMapping {
        queue: spec.arn.clone(),
        batch_size: fields.number("BatchSize")?.unwrap_or(10),
        window: window(&fields, 300)?,
        partial_batches: partial_batches(&fields)?,
        most_concurrent: match fields.get("ScalingConfig") {
            None => None,
            Some(scaling) => {
                Fields::of("ScalingConfig", scaling, &["MaximumConcurrency"], &[])?.number("MaximumConcurrency")?
            }
        },
        filters: filters(&fields)?,
        enabled: fields.truth("Enabled")?.unwrap_or(true),
    };
    if !(1..=10_000).contains(&mapping.batch_size) || mapping.batch_size > 10 && mapping.window.is_zero() {
        return fault(
            fields.line_of("BatchSize"),
            "a BatchSize over 10 needs a MaximumBatchingWindowInSeconds, and 10000 is the most",
        );
    }
    if mapping.most_concurrent.is_some_and(|most| !(2..=1000).contains(&most)) {
        return fault(fields.line_of("ScalingConfig"), "MaximumConcurrency is between 2 and 1000");
    }
    Ok(mapping)
}

fn stream(properties: &Node, stack: &Stack) -> Read<StreamMapping> {
    let read = [
        "Stream",
        "StartingPosition",
        "BatchSize",
        "MaximumBatchingWindowInSeconds",
        "FunctionResponseTypes",
        "BisectBatchOnFunctionError",
        "MaximumRetryAttempts",
        "MaximumRecordAgeInSeconds",
        "DestinationConfig",
        "FilterCriteria",
        "Enabled",
    ];
    let fields = Fields::of("a DynamoDB event", properties, &read, &[])?;
    let stream = fields.must("Stream")?;
    let arn = stream.text()?;
    let of_table = |table: &&super::model::TableSpec| {
        table.streamed
            && arn.rsplit_once(":table/").is_some_and(|(_, rest)| rest == format!("{}/stream/local", table.name))
    };
    let Some(table) = stack.tables.iter().find(of_table) else {
        return fault(stream.line, "this is no table's StreamArn in this template");
    };
    let position = fields.must("StartingPosition")?;
    if position.text()? != "TRIM_HORIZON" {
        return fault(position.line, "only TRIM_HORIZON is supported: LATEST may miss records while it starts");
    }
    if fields.number("MaximumRecordAgeInSeconds")?.is_some_and(|age: i64| age != -1) {
        return fault(
            fields.line_of("MaximumRecordAgeInSeconds"),
            "MaximumRecordAgeInSeconds is supported only as -1: no record is given up for its age",
        );
    }
    let most_retries = match fields.number("MaximumRetryAttempts")? {
        None | Some(-1) => None,
        Some(most) => match u32::try_from(most) {
            Ok(most) if most <= 10_000 => Some(most),
            Ok(_) | Err(_) => {
                return fault(fields.line_of("MaximumRetryAttempts"), format!("MaximumRetryAttempts cannot be {most}"));
            }
        },
    };
    let mapping = StreamMapping {
        table: table.name.clone(),
        batch_size: fields.number("BatchSize")?.unwrap_or(100),
        window: window(&fields, 300)?,
        partial_batches: partial_batches(&fields)?,
        bisect: fields.truth("BisectBatchOnFunctionError")?.unwrap_or(false),
        most_retries,
        on_failure: on_failure(&fields, stack)?,
        filters: filters(&fields)?,
        enabled: fields.truth("Enabled")?.unwrap_or(true),
    };
    if !(1..=10_000).contains(&mapping.batch_size) {
        return fault(fields.line_of("BatchSize"), "BatchSize is between 1 and 10000");
    }
    Ok(mapping)
}

/// SAM grants the write only where the destination's type is given.
fn on_failure(fields: &Fields<'_>, stack: &Stack) -> Read<Option<String>> {
    let Some(config) = fields.get("DestinationConfig") else { return Ok(None) };
    let on_failure = Fields::of("DestinationConfig", config, &["OnFailure"], &[])?.must("OnFailure")?;
    let on_failure = Fields::of("OnFailure", on_failure, &["Type", "Destination"], &[])?;
    let kind = on_failure.must("Type")?;
    let destination = on_failure.must("Destination")?;
    let arn = destination.text()?;
    let known = match kind.text()? {
        "S3" => stack.buckets.iter().any(|bucket| bucket.arn == arn),
        "SQS" => stack.queues.iter().any(|queue| queue.arn == arn),
        other => return fault(kind.line, format!("OnFailure of the type {other} is not supported")),
    };
    if known { Ok(Some(arn.to_owned())) } else { fault(destination.line, "this is no such ARN in this template") }
}

fn window(fields: &Fields<'_>, most: u64) -> Read<Duration> {
    match fields.number("MaximumBatchingWindowInSeconds")?.unwrap_or(0) {
        seconds if seconds <= most => Ok(Duration::from_secs(seconds)),
        _ => fault(
            fields.line_of("MaximumBatchingWindowInSeconds"),
            format!("MaximumBatchingWindowInSeconds is at most {most}"),
        ),
    }
}

fn partial_batches(fields: &Fields<'_>) -> Read<bool> {
    let types = fields.list("FunctionResponseTypes")?;
    for kind in types {
        if kind.text()? != "ReportBatchItemFailures" {
            return fault(kind.line, format!("`{}` is not ReportBatchItemFailures", kind.text()?));
        }
    }
    Ok(!types.is_empty())
}

fn filters(fields: &Fields<'_>) -> Read<Vec<Value>> {
    let Some(criteria) = fields.get("FilterCriteria") else { return Ok(Vec::new()) };
    let filters = Fields::of("FilterCriteria", criteria, &["Filters"], &[])?.must("Filters")?;
    let pattern = |filter: &Node| {
        let pattern = Fields::of("a filter", filter, &["Pattern"], &[])?.must("Pattern")?;
        match serde_json::from_str(pattern.text()?) {
            Ok(Value::Object(pattern)) => Ok(Value::Object(pattern)),
            Ok(_) => fault(pattern.line, "a filter's Pattern is a JSON object"),
            Err(error) => fault(pattern.line, format!("a filter's Pattern is not JSON: {error}")),
        }
    };
    filters.list()?.iter().map(pattern).collect()
}

fn schedule(properties: &Node, expression: &'static str) -> Read<ScheduleSpec> {
    let read = [expression, "Input", "Enabled", "State", "ScheduleExpressionTimezone"];
    let fields = Fields::of("a schedule", properties, &read, known::SCHEDULE)?;
    let node = fields.must(expression)?;
    let text = node.text()?;
    if !is_rate(text) && !is_cron(text) {
        return fault(node.line, format!("`{text}` is neither rate(n unit) nor cron(six fields)"));
    }
    if fields.text("ScheduleExpressionTimezone")?.is_some_and(|zone| zone != "UTC") {
        return fault(fields.line_of("ScheduleExpressionTimezone"), "schedules run in UTC");
    }
    let input = match fields.get("Input") {
        None => None,
        Some(input) => match serde_json::from_str(input.text()?) {
            Ok(input) => Some(input),
            Err(error) => return fault(input.line, format!("Input is not JSON: {error}")),
        },
    };
    let enabled = match fields.text("State")? {
        None => fields.truth("Enabled")?.unwrap_or(true),
        Some("ENABLED") => true,
        Some("DISABLED") => false,
        Some(other) => return fault(fields.line_of("State"), format!("State is ENABLED or DISABLED, not `{other}`")),
    };
    Ok(ScheduleSpec { expression: text.to_owned(), input, enabled })
}

/// `rate(1 minute)`: the unit is singular for one, plural for more.
fn is_rate(text: &str) -> bool {
    let Some(inner) = text.strip_prefix("rate(").and_then(|rest| rest.strip_suffix(')')) else { return false };
    let Some((count, unit)) = inner.split_once(' ') else { return false };
    match count.parse::<u32>() {
        Ok(1) => matches!(unit, "minute" | "hour" | "day"),
        Ok(0) | Err(_) => false,
        Ok(_) => matches!(unit, "minutes" | "hours" | "days"),
    }
}

/// Six fields of which one of the days is `?`.
fn is_cron(text: &str) -> bool {
    let Some(inner) = text.strip_prefix("cron(").and_then(|rest| rest.strip_suffix(')')) else { return false };
    let fields = inner.split_whitespace().collect::<Vec<_>>();
    matches!(fields.as_slice(), [_, _, day, _, weekday, _] if (*day == "?") != (*weekday == "?"))
}
