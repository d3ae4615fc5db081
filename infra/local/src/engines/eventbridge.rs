//! EventBridge: events in, by rules to queues, and into the archive.

use std::sync::Arc;

use holdfast_core::Clock;
use jiff::Timestamp;
use rusqlite::params;
use serde_json::{Value, json};

use super::access::service_may;
use super::pattern::Pattern;
use super::{EngineError, Refusal, Sqs, text, uuid};
use crate::clock::WorldClock;
use crate::store::Store;
use crate::template::DEFAULT_BUS;
use crate::template::model::{ACCOUNT, REGION, RuleTarget, Stack, Transformer};

/// The most entries of one call.
const MOST: usize = 10;
/// The most bytes of one call's entries: 1 MiB.
const LARGEST: usize = 1_048_576;

/// An event that an archive keeps.
#[derive(Clone, Debug, PartialEq)]
pub struct Archived {
    /// The archive's name.
    pub archive: String,
    /// When it was published.
    pub at: Timestamp,
    /// The whole event.
    pub event: Value,
}

/// What could be delivered neither to its target nor to a dead-letter queue: in the cloud it would be gone.
#[derive(Clone, Debug, PartialEq)]
pub struct Undelivered {
    /// The rule, or the bucket, that sent it.
    pub resource: String,
    /// Why it did not arrive.
    pub reason: String,
    /// What was sent.
    pub event: String,
}

#[derive(Debug)]
struct Rule {
    arn: String,
    bus: String,
    pattern: Pattern,
    targets: Vec<RuleTarget>,
}

/// EventBridge.
#[derive(Debug)]
pub struct EventBridge {
    stack: Arc<Stack>,
    rules: Vec<Rule>,
    archives: Vec<(String, String, Option<Pattern>)>,
    store: Store,
    clock: WorldClock,
    sqs: Arc<Sqs>,
}

impl EventBridge {
    pub(super) fn new(stack: &Arc<Stack>, store: Store, clock: WorldClock, sqs: Arc<Sqs>) -> Result<Self, EngineError> {
        let pattern = |of: &str, pattern: &Value| {
            Pattern::parse(pattern).map_err(|source| EngineError::Pattern { of: of.to_owned(), source })
        };
        let mut rules = Vec::new();
        for rule in stack.rules.iter().filter(|rule| rule.enabled) {
            rules.push(Rule {
                arn: rule.arn.clone(),
                bus: rule.bus.clone(),
                pattern: pattern(&rule.logical_id, &rule.pattern)?,
                targets: rule.targets.clone(),
            });
        }
        let mut archives = Vec::new();
        for archive in &stack.archives {
            let filter = archive.pattern.as_ref().map(|filter| pattern(&archive.name, filter)).transpose()?;
            archives.push((archive.name.clone(), archive.bus.clone(), filter));
        }
        Ok(Self { stack: Arc::clone(stack), rules, archives, store, clock, sqs })
    }

    /// Carries out an operation of the API.
    pub(crate) fn call(&self, operation: &str, request: &Value) -> Result<Value, Refusal> {
        match operation {
            "PutEvents" => self.put_events(request),
            "StartReplay" => self.start_replay(request),
            "DescribeEventBus" => {
                let named = text(request, "Name").unwrap_or("default");
                let bus = self.stack.buses.iter().find(|bus| bus.name == named || bus.arn == named);
                let missing =
                    || Refusal::new("ResourceNotFoundException", format!("Event bus {named} does not exist."));
                bus.map(|bus| json!({"Name": bus.name, "Arn": bus.arn})).ok_or_else(missing)
            }
            "DescribeArchive" => {
                let name = text(request, "ArchiveName").unwrap_or_default();
                let Some((_, bus, _)) = self.archives.iter().find(|(each, ..)| each == name) else {
                    return Err(Refusal::new("ResourceNotFoundException", format!("Archive {name} does not exist.")));
                };
                let count = self.archived()?.iter().filter(|kept| kept.archive == name).count();
                let arn = format!("arn:aws:events:{REGION}:{ACCOUNT}:archive/{name}");
                Ok(
                    json!({"ArchiveName": name, "ArchiveArn": arn, "EventSourceArn": bus, "EventCount": count, "State": "ENABLED"}),
                )
            }
            unknown => Err(Refusal::unknown(unknown)),
        }
    }

    fn put_events(&self, request: &Value) -> Result<Value, Refusal> {
        let entries = request["Entries"].as_array().map(Vec::as_slice).unwrap_or_default();
        if entries.is_empty() || entries.len() > MOST {
            let reason = format!(
                "1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length between 1 and {MOST}"
            );
            return Err(Refusal::new("ValidationException", reason));
        }
        if entries.iter().map(size).sum::<usize>() > LARGEST {
            let reason = "Total size of the entries in the request is over the limit.";
            return Err(Refusal::new("ValidationException", reason));
        }
        let (mut answers, mut failed) = (Vec::new(), 0);
        for entry in entries {
            match self.event(entry) {
                Ok((bus, event)) => {
                    self.publish(&bus, &event)?;
                    answers.push(json!({"EventId": event["id"]}));
                }
                Err(refusal) => {
                    failed += 1;
                    answers.push(json!({"ErrorCode": refusal.code, "ErrorMessage": refusal.message}));
                }
            }
        }
        Ok(json!({"FailedEntryCount": failed, "Entries": answers}))
    }

    /// What a service of AWS tells of itself: on the account's own bus.
    pub(super) fn of_service(&self, source: &str, kind: &str, detail: &Value) -> Result<(), Refusal> {
        let event = self.stamped(source, kind, self.clock.now(), &json!([]), detail)?;
        self.publish(DEFAULT_BUS, &event)
    }

    /// The bus's name and the event that an entry stands for.
    fn event(&self, entry: &Value) -> Result<(String, Value), Refusal> {
        let required = |name: &str| {
            text(entry, name).filter(|value| !value.is_empty()).ok_or_else(|| {
                let reason = format!("Parameter {name} is not valid. Reason: {name} is a required argument.");
                Refusal::new("InvalidArgument", reason)
            })
        };
        let (source, kind, detail) = (required("Source")?, required("DetailType")?, required("Detail")?);
        if source.starts_with("aws.") {
            let reason = format!("Not authorized for the source {source}.");
            return Err(Refusal::new("NotAuthorizedForSourceException", reason));
        }
        let detail = serde_json::from_str::<Value>(detail).ok().filter(Value::is_object);
        let detail = detail.ok_or_else(|| Refusal::new("MalformedDetail", "Detail is malformed."))?;
        let named = text(entry, "EventBusName").unwrap_or("default");
        let bus = self.stack.buses.iter().find(|bus| bus.name == named || bus.arn == named);
        let missing = || Refusal::new("ResourceNotFoundException", format!("Event bus {named} does not exist."));
        let bus = bus.ok_or_else(missing)?.name.clone();
        let now = self.clock.now();
        let time = entry["Time"].as_f64().and_then(seconds).unwrap_or(now);
        let none = json!([]);
        let resources = entry.get("Resources").filter(|list| list.is_array()).unwrap_or(&none);
        Ok((bus, self.stamped(source, kind, time, resources, &detail)?))
    }

    fn stamped(
        &self,
        source: &str,
        kind: &str,
        time: Timestamp,
        resources: &Value,
        detail: &Value,
    ) -> Result<Value, Refusal> {
        let nth = self.store.transaction(|db| {
            let sql = "INSERT INTO facts VALUES ('events', '1')
                       ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING CAST(value AS INTEGER)";
            db.prepare_cached(sql)?.query_row([], |row| row.get(0))
        })?;
        Ok(json!({
            "version": "0",
            "id": uuid(0xe6e4, nth),
            "detail-type": kind,
            "source": source,
            "account": ACCOUNT,
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "region": REGION,
            "resources": resources,
            "detail": detail,
        }))
    }

    fn publish(&self, bus: &str, event: &Value) -> Result<(), Refusal> {
        let bus_arn = self.stack.buses.iter().find(|is| is.name == bus).map(|is| is.arn.as_str());
        for (archive, of, pattern) in &self.archives {
            if Some(of.as_str()) == bus_arn && pattern.as_ref().is_none_or(|pattern| pattern.matches(event)) {
                let (at, event) = (self.clock.millis(), event.to_string());
                self.store.with(|db| {
                    let sql = "INSERT INTO archive (archive, at_ms, event) VALUES (?1, ?2, ?3)";
                    db.prepare_cached(sql)?.execute(params![archive, at, event])
                })?;
            }
        }
        for rule in self.rules.iter().filter(|rule| rule.bus == bus && rule.pattern.matches(event)) {
            for target in &rule.targets {
                self.deliver(rule, target, event)?;
            }
        }
        Ok(())
    }

    /// Sends what an archive kept of a time to the rules that are named, as it was; the bus's other rules hear nothing.
    fn start_replay(&self, request: &Value) -> Result<Value, Refusal> {
        let invalid = |reason: &str| Refusal::new("ValidationException", reason);
        let name = text(request, "ReplayName").ok_or_else(|| invalid("ReplayName is missing"))?;
        let archive = text(request, "EventSourceArn").and_then(|arn| arn.rsplit('/').next()).unwrap_or_default();
        if !self.archives.iter().any(|(each, ..)| each == archive) {
            return Err(Refusal::new("ResourceNotFoundException", format!("Archive {archive} does not exist.")));
        }
        let moment = |field: &str| {
            let at = request[field].as_f64().and_then(seconds);
            at.ok_or_else(|| invalid(&format!("{field} is no time"))).map(Timestamp::as_millisecond)
        };
        let (from, to) = (moment("EventStartTime")?, moment("EventEndTime")?);
        if to <= from {
            return Err(invalid("EventEndTime must be after EventStartTime"));
        }
        let named: Vec<&str> =
            request["Destination"]["FilterArns"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let events = self.archived()?;
        let of_that_time =
            events.into_iter().filter(|kept| kept.archive == archive && (from..to).contains(&kept.at.as_millisecond()));
        for Archived { mut event, .. } in of_that_time {
            event["replay-name"] = name.into();
            let told =
                |rule: &&Rule| (named.is_empty() || named.contains(&rule.arn.as_str())) && rule.pattern.matches(&event);
            for rule in self.rules.iter().filter(told) {
                for target in &rule.targets {
                    self.deliver(rule, target, &event)?;
                }
            }
        }
        Ok(json!({"ReplayArn": format!("arn:aws:events:{REGION}:{ACCOUNT}:replay/{name}"), "State": "COMPLETED"}))
    }

    fn deliver(&self, rule: &Rule, target: &RuleTarget, event: &Value) -> Result<(), Refusal> {
        let body = match &target.transformer {
            Some(transformer) => transformed(event, transformer),
            None => input(event, target.input_path.as_deref()).to_string(),
        };
        let mut reasons = Vec::new();
        for queue in std::iter::once(&target.queue).chain(&target.dead_letters) {
            if !service_may(&self.stack, "events.amazonaws.com", "sqs:SendMessage", queue, &rule.arn) {
                reasons.push(format!("no policy on {queue} lets {} send to it", rule.arn));
                continue;
            }
            match self.sqs.send(queue, &body, None) {
                Ok(_) => return Ok(()),
                Err(refusal) => reasons.push(format!("{queue}: {refusal}")),
            }
        }
        note_undelivered(&self.store, &rule.arn, &reasons.join("; "), &body)?;
        Ok(())
    }

    /// What the archives keep, oldest first.
    pub fn archived(&self) -> Result<Vec<Archived>, EngineError> {
        self.kept("SELECT archive, at_ms, event FROM archive ORDER BY id LIMIT ?1", usize::MAX)
    }

    /// The latest of it, newest first.
    pub fn latest(&self, most: usize) -> Result<Vec<Archived>, EngineError> {
        self.kept("SELECT archive, at_ms, event FROM archive ORDER BY id DESC LIMIT ?1", most)
    }

    /// All of a subject, oldest first.
    pub fn of_subject(&self, subject: &str) -> Result<Vec<Archived>, EngineError> {
        let mut all = self.archived()?;
        all.retain(|kept| kept.event["detail"]["subject"] == subject);
        Ok(all)
    }

    fn kept(&self, sql: &str, most: usize) -> Result<Vec<Archived>, EngineError> {
        self.store.with(|db| {
            let mut all = db.prepare_cached(sql)?;
            let rows = all.query_map([i64::try_from(most).unwrap_or(i64::MAX)], |row| {
                Ok(Archived {
                    archive: row.get(0)?,
                    at: Timestamp::from_millisecond(row.get(1)?).unwrap_or_default(),
                    event: serde_json::from_str(&row.get::<_, String>(2)?).unwrap_or_default(),
                })
            })?;
            rows.collect()
        })
    }

    /// What did not arrive anywhere: of rules and of buckets.
    pub fn undelivered(&self) -> Result<Vec<Undelivered>, EngineError> {
        self.store.with(|db| {
            let mut all = db.prepare_cached("SELECT resource, reason, event FROM undelivered ORDER BY id")?;
            let rows = all.query_map([], |row| {
                Ok(Undelivered { resource: row.get(0)?, reason: row.get(1)?, event: row.get(2)? })
            })?;
            rows.collect()
        })
    }
}

/// Notes that something arrived nowhere, and says so once in the log.
pub(super) fn note_undelivered(store: &Store, resource: &str, reason: &str, event: &str) -> Result<(), EngineError> {
    tracing::warn!(resource, reason, "an event was delivered nowhere");
    store.with(|db| {
        let sql = "INSERT INTO undelivered (resource, reason, event) VALUES (?1, ?2, ?3)";
        db.prepare_cached(sql)?.execute(params![resource, reason, event]).map(drop)
    })
}

fn seconds(since_epoch: f64) -> Option<Timestamp> {
    let duration = jiff::SignedDuration::try_from_secs_f64(since_epoch).ok()?;
    Timestamp::from_duration(duration).ok()
}

/// What AWS counts of an entry.
fn size(entry: &Value) -> usize {
    let texts = ["Source", "DetailType", "Detail"].iter().filter_map(|name| text(entry, name)).map(str::len);
    let time = if entry["Time"].is_null() { 0 } else { 14 };
    let resources = entry["Resources"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::len);
    texts.chain(resources).sum::<usize>() + time
}

/// The part of the event that a target asks for.
fn input<'a>(event: &'a Value, path: Option<&str>) -> &'a Value {
    let fields = path.unwrap_or("$").trim_start_matches('$').split('.').filter(|field| !field.is_empty());
    fields.fold(event, |value, field| value.get(field).unwrap_or(&Value::Null))
}

/// What a template makes of an event: each `<name>` in it becomes what lies at that name's path, as JSON.
fn transformed(event: &Value, transformer: &Transformer) -> String {
    let mut text = transformer.template.clone();
    for (name, path) in &transformer.paths {
        text = text.replace(&format!("<{name}>"), &at(event, path).to_string());
    }
    text
}

/// What lies at a path like `$.detail.tags.address[0]`.
fn at<'a>(event: &'a Value, path: &str) -> &'a Value {
    let fields = path.trim_start_matches('$').split('.').filter(|field| !field.is_empty());
    fields.fold(event, |value, field| {
        let (name, place) = field.split_once('[').map_or((field, None), |(name, rest)| (name, rest.strip_suffix(']')));
        let value = value.get(name).unwrap_or(&Value::Null);
        match place.and_then(|place| place.parse::<usize>().ok()) {
            Some(place) => value.get(place).unwrap_or(&Value::Null),
            None => value,
        }
    })
}

#[cfg(test)]
mod tests;
