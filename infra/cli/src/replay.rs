//! `holdfast replay`: an order from its events alone, and what the archive kept, told to a consumer again.

use std::io::Write;

use aws_sdk_eventbridge::primitives::DateTime;
use aws_sdk_eventbridge::types::ReplayDestination;
use aws_smithy_types::error::display::DisplayErrorContext;
use holdfast_core::{Envelope, OrderId, Timestamp};
use holdfast_orders::Orders;
use holdfast_runtime::FromInit;
use serde_json::Value;

use crate::Error;
use crate::replayed::{Difference, Replayed};
use crate::site::{Site, events};

/// What is to be told again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    /// To the queues of this rule.
    pub(crate) rule: &'a str,
    pub(crate) since: Timestamp,
    pub(crate) until: Option<Timestamp>,
    pub(crate) go: bool,
}

/// An order from its events, held against the order itself.
pub(crate) async fn order(site: &Site, id: OrderId, out: &mut dyn Write) -> Result<bool, Error> {
    let orders = Orders::from_init(&site.init("orders-get")?).await?;
    let Some(order) = orders.order(id).await? else { return Err(format!("there is no order {id}").into()) };
    let told: Vec<Envelope> = events(site, &id.to_string()).await?;
    let mut replayed = Replayed::default();
    let mut differences: Vec<Difference> = Vec::new();
    for event in &told {
        writeln!(out, "{:>3}  {}  {}", event.sequence, event.event.time, event.event.kind)?;
        differences.extend(replayed.tell(event).err());
    }
    differences.extend(replayed.differs_from(&order));
    for difference in &differences {
        writeln!(out, "{difference}")?;
    }
    let status = order.status.name();
    writeln!(out, "replay: {id} is {status} after {} events, {} differences", told.len(), differences.len())?;
    Ok(differences.is_empty())
}

/// What the archive kept of a time, told to one rule's queues: nobody else hears it twice.
pub(crate) async fn archive(site: &Site, wanted: &Wanted<'_>, out: &mut dyn Write) -> Result<bool, Error> {
    let Wanted { rule: name, since, until, go } = *wanted;
    let stack = site.stack();
    let Some(rule) = stack.rules.iter().find(|rule| rule.logical_id == name) else {
        let all: Vec<&str> = stack.rules.iter().map(|rule| rule.logical_id.as_str()).collect();
        return Err(format!("there is no rule {name}: there is {}", all.join(", ")).into());
    };
    let archive = stack.archives.first().ok_or("the template has no archive")?;
    let events = site.aws()?.eventbridge();
    let said = |error: &dyn std::error::Error| DisplayErrorContext(error).to_string();
    let kept = events.describe_archive().archive_name(&archive.name).send().await.map_err(|error| said(&error))?;
    let bus = events.describe_event_bus().name(&rule.bus).send().await.map_err(|error| said(&error))?;
    let queues: Vec<&str> = rule.targets.iter().filter_map(|target| target.queue.rsplit(':').next()).collect();
    let now = site.init("health")?.ambient.now();
    let until = until.unwrap_or(now);
    let about = format!(
        "what {} kept from {since} to {until}, as far as {name} lets it through, to {}",
        archive.name,
        queues.join(", ")
    );
    if !go {
        writeln!(out, "replay: --go tells {about}; the archive holds {} events in all", kept.event_count)?;
        return Ok(true);
    }
    // The rule's own ARN, in the account that answers.
    let arn = bus.arn.unwrap_or_default();
    let rule_arn = match rule.arn.split_once(":rule/") {
        Some((_, path)) => format!("{}:rule/{path}", arn.split(":event-bus/").next().unwrap_or_default()),
        None => rule.arn.clone(),
    };
    let destination = ReplayDestination::builder().arn(&arn).filter_arns(rule_arn).build()?;
    let seconds = |at: Timestamp| DateTime::from_secs(at.as_second());
    let call = events.start_replay().replay_name(format!("{}-{}", name, now.as_millisecond()));
    let call = call.event_source_arn(kept.archive_arn.unwrap_or_default()).destination(destination);
    call.event_start_time(seconds(since)).event_end_time(seconds(until)).send().await.map_err(|error| said(&error))?;
    writeln!(out, "replay: told again is {about}")?;
    Ok(true)
}

/// Events as a page of the running shop or its archive has them.
pub(crate) fn envelopes(events: impl IntoIterator<Item = Value>, subject: &str) -> Result<Vec<Envelope>, Error> {
    let of_it = events.into_iter().filter(|event| event["detail"]["subject"] == subject);
    let mut told: Vec<Envelope> =
        of_it.map(|event| serde_json::from_value(event["detail"].clone())).collect::<Result<_, _>>()?;
    // The archive has what was delivered twice, and in the order of its arrival.
    told.sort_by_key(|event| event.sequence);
    told.dedup_by_key(|event| event.event.id);
    Ok(told)
}
