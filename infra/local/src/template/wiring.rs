//! Queues, buses, rules, archives and the HTTP API.

use std::time::Duration;

use super::known::{self, Fields};
use super::model::{ApiSpec, ArchiveSpec, BusSpec, CorsSpec, QueueSpec, RuleSpec, RuleTarget, Transformer};
use super::node::{Node, Read, fault};
use super::resolve::{Identity, Resolver};

/// A queue.
pub(super) fn queue(logical_id: &str, identity: &Identity, properties: &Node, resolver: &Resolver) -> Read<QueueSpec> {
    let read = [
        "QueueName",
        "VisibilityTimeout",
        "DelaySeconds",
        "MessageRetentionPeriod",
        "RedrivePolicy",
        "ReceiveMessageWaitTimeSeconds",
    ];
    let fields = Fields::of("a queue", properties, &read, known::QUEUE)?;
    let seconds = |name: &str, default: u64, range: std::ops::RangeInclusive<u64>| {
        let seconds = fields.number(name)?.unwrap_or(default);
        if range.contains(&seconds) {
            Ok(Duration::from_secs(seconds))
        } else {
            fault(
                fields.line_of(name),
                format!("{name} is between {} and {}, not {seconds}", range.start(), range.end()),
            )
        }
    };
    Ok(QueueSpec {
        logical_id: logical_id.to_owned(),
        name: identity.attribute("QueueName").to_owned(),
        arn: identity.arn().to_owned(),
        url: identity.reference.clone(),
        visibility: seconds("VisibilityTimeout", 30, 0..=43_200)?,
        delay: seconds("DelaySeconds", 0, 0..=900)?,
        retention: seconds("MessageRetentionPeriod", 345_600, 60..=1_209_600)?,
        redrive: fields.get("RedrivePolicy").map(|node| redrive(node, resolver)).transpose()?,
    })
}

fn redrive(node: &Node, resolver: &Resolver) -> Read<(String, u32)> {
    let fields = Fields::of("RedrivePolicy", node, &["deadLetterTargetArn", "maxReceiveCount"], &[])?;
    let most = fields.must("maxReceiveCount")?;
    match most.number()? {
        count @ 1..=1000 => Ok((resolver.own_arn("sqs", fields.must("deadLetterTargetArn")?)?, count)),
        count => fault(most.line, format!("maxReceiveCount is between 1 and 1000, not {count}")),
    }
}

/// A bus.
pub(super) fn bus(identity: &Identity, properties: &Node) -> Read<BusSpec> {
    Fields::of("a bus", properties, &["Name"], known::BUS)?;
    Ok(BusSpec { name: identity.reference.clone(), arn: identity.arn().to_owned() })
}

/// The name of a bus that may be given by its ARN.
pub(crate) const DEFAULT_BUS: &str = "default";

pub(super) fn bus_name(name_or_arn: &str) -> String {
    name_or_arn.rsplit_once(":event-bus/").map_or(name_or_arn, |(_, name)| name).to_owned()
}

/// A rule.
pub(super) fn rule(logical_id: &str, identity: &Identity, properties: &Node, resolver: &Resolver) -> Read<RuleSpec> {
    let read = ["Name", "EventBusName", "EventPattern", "Targets", "State"];
    let fields = Fields::of("a rule", properties, &read, known::RULE)?;
    let enabled = match fields.text("State")? {
        None | Some("ENABLED") => true,
        Some("DISABLED") => false,
        Some(other) => return fault(fields.line_of("State"), format!("State is ENABLED or DISABLED, not `{other}`")),
    };
    let targets = fields.must("Targets")?.list()?;
    if targets.is_empty() || targets.len() > 5 {
        return fault(fields.line_of("Targets"), "a rule has one to five targets");
    }
    let bus = match fields.get("EventBusName") {
        // The account's own, on which AWS's services speak.
        None => DEFAULT_BUS.to_owned(),
        Some(node) => {
            let bus = bus_name(node.text()?);
            if !resolver.known().any(|identity| identity.reference == bus && identity.arn().contains(":event-bus/")) {
                return fault(node.line, format!("`{bus}` is no bus of this template"));
            }
            bus
        }
    };
    Ok(RuleSpec {
        logical_id: logical_id.to_owned(),
        arn: identity.arn().to_owned(),
        bus,
        pattern: fields.must("EventPattern")?.json()?,
        targets: targets.iter().map(|node| target(node, resolver)).collect::<Read<_>>()?,
        enabled,
    })
}

fn target(node: &Node, resolver: &Resolver) -> Read<RuleTarget> {
    let fields = Fields::of(
        "a target",
        node,
        &["Id", "Arn", "DeadLetterConfig", "InputPath", "InputTransformer"],
        known::TARGET,
    )?;
    fields.must("Id")?;
    let dead_letters = match fields.get("DeadLetterConfig") {
        None => None,
        Some(config) => {
            let arn = Fields::of("DeadLetterConfig", config, &["Arn"], &[])?.must("Arn")?;
            Some(resolver.own_arn("sqs", arn)?)
        }
    };
    let transformer = match fields.get("InputTransformer") {
        None => None,
        Some(node) => {
            let transformer = Fields::of("InputTransformer", node, &["InputPathsMap", "InputTemplate"], &[])?;
            let template = transformer.must("InputTemplate")?.text()?.to_owned();
            let mut paths = Vec::new();
            for (name, path) in transformer.must("InputPathsMap")?.map()? {
                paths.push((name.text.clone(), path.text()?.to_owned()));
            }
            Some(Transformer { paths, template })
        }
    };
    Ok(RuleTarget {
        transformer,
        queue: resolver.own_arn("sqs", fields.must("Arn")?)?,
        dead_letters,
        input_path: fields.text("InputPath")?.map(str::to_owned),
    })
}

/// An archive.
pub(super) fn archive(identity: &Identity, properties: &Node, resolver: &Resolver) -> Read<ArchiveSpec> {
    let fields = Fields::of("an archive", properties, &["ArchiveName", "SourceArn", "EventPattern"], known::ARCHIVE)?;
    Ok(ArchiveSpec {
        name: identity.reference.clone(),
        bus: resolver.own_arn("events", fields.must("SourceArn")?)?,
        pattern: fields.get("EventPattern").map(Node::json).transpose()?,
    })
}

/// The HTTP API.
pub(super) fn api(properties: &Node) -> Read<ApiSpec> {
    let read = ["StageName", "CorsConfiguration", "DefaultRouteSettings"];
    let fields = Fields::of("the HTTP API", properties, &read, known::HTTP_API)?;
    if fields.text("StageName")?.is_some_and(|stage| stage != "$default") {
        return fault(fields.line_of("StageName"), "the stage is $default: another puts its name into every path");
    }
    let mut api = ApiSpec::default();
    if let Some(cors) = fields.get("CorsConfiguration") {
        let read = ["AllowOrigins", "AllowMethods", "AllowHeaders", "ExposeHeaders", "MaxAge"];
        let cors = Fields::of("CorsConfiguration", cors, &read, &[])?;
        api.cors = CorsSpec {
            origins: cors.texts("AllowOrigins")?,
            methods: cors.texts("AllowMethods")?,
            headers: cors.texts("AllowHeaders")?,
            exposed: cors.texts("ExposeHeaders")?,
            max_age_s: cors.number("MaxAge")?.unwrap_or(0),
        };
    }
    if let Some(settings) = fields.get("DefaultRouteSettings") {
        let read = ["ThrottlingRateLimit", "ThrottlingBurstLimit"];
        let settings = Fields::of("DefaultRouteSettings", settings, &read, &["DetailedMetricsEnabled"])?;
        api.throttle_rate = settings.number("ThrottlingRateLimit")?;
        api.throttle_burst = settings.number("ThrottlingBurstLimit")?;
    }
    Ok(api)
}
