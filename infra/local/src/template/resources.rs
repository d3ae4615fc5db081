//! From the document to the stack: first who everything is, then what it says.

use std::collections::{BTreeMap, HashSet};

use super::functions::Callers;
use super::known::CLOUD_ONLY;
use super::model::{ACCOUNT, REGION, Stack};
use super::nested::{Files, Place, Ssm};
use super::node::{Key, Kind, Node, Read, fault};
use super::parameters::{Parameter, conditions, parameters};
use super::resolve::{Identity, Resolver};
use super::{functions, nested, policies, storage, wiring};

const HTTP_API: &str = "AWS::Serverless::HttpApi";
const RULE: &str = "AWS::Events::Rule";

/// A resource as the template has it.
pub(super) struct Resource<'a> {
    /// Its name in the template.
    pub(super) logical_id: &'a str,
    /// The line of that name.
    pub(super) line: usize,
    /// Its type.
    pub(super) kind: &'a str,
    /// Its properties, unresolved.
    properties: Option<&'a Node>,
}

impl Resource<'_> {
    /// A name that it was given, or the one that CloudFormation would make up.
    fn name(&self, resolver: &Resolver, property: &str) -> Read<String> {
        match self.properties.and_then(|properties| properties.get(property)) {
            Some(name) => resolver.text(name),
            None => Ok(format!("{}-{}", resolver.stack_name, self.logical_id)),
        }
    }
}

/// Reads the shop's own template.
pub(super) fn stack(root: &Node, overrides: &BTreeMap<String, String>, ssm: Ssm<'_>, files: Files<'_>) -> Read<Stack> {
    let mut stack = Stack::default();
    let place = Place::outermost(ssm, files);
    stack.parameters = document(root, overrides, &place, &mut stack, &mut Callers::default())?;
    Ok(stack)
}

/// Reads a document into the stack, and yields its parameters.
pub(super) fn document(
    root: &Node,
    overrides: &BTreeMap<String, String>,
    place: &Place<'_>,
    stack: &mut Stack,
    callers: &mut Callers,
) -> Read<BTreeMap<String, String>> {
    sections(root)?;
    let mut resolver = Resolver {
        stack_name: place.stack_name.clone(),
        outer: place.outer.clone(),
        parameters: parameters(root, overrides, place.ssm)?,
        mappings: root.get("Mappings").cloned(),
        ..Resolver::default()
    };
    resolver.conditions = conditions(root, &resolver)?;
    let mut resources = Vec::new();
    for (key, node) in must(root, "Resources")?.map()? {
        resources.extend(resource(key, node, &resolver)?);
    }
    let apis = if place.outermost { 1 } else { 0 };
    if let Some(further) = resources.iter().filter(|resource| resource.kind == HTTP_API).nth(apis) {
        return fault(further.line, "there is one HTTP API, in the outermost template");
    }
    let mut arns = place.outer.iter().map(|identity| identity.arn().to_owned()).collect::<HashSet<_>>();
    // A rule's ARN holds its bus's name: rules come after the rest.
    for rules in [false, true] {
        for resource in resources.iter().filter(|resource| (resource.kind == RULE) == rules) {
            let identity = identity(resource, &resolver)?;
            if !identity.arn().is_empty() && !arns.insert(identity.arn().to_owned()) {
                return fault(resource.line, format!("another resource is {}", identity.arn()));
            }
            resolver.resources.insert(resource.logical_id.to_owned(), identity);
        }
    }
    let (functions, others): (Vec<_>, Vec<_>) = resources.iter().partition(|resource| resource.kind == functions::TYPE);
    let (applications, others): (Vec<_>, Vec<_>) = others.iter().partition(|resource| resource.kind == nested::TYPE);
    for resource in others {
        read(resource, &resolver, stack)?;
    }
    // What calls a function must be there before it, in the document or around it.
    let globals = functions::Globals::of(root.get("Globals"))?;
    for resource in functions {
        let properties = globals.merged(resource.properties, resource.line)?;
        let properties = resolved(&resolver, &properties)?;
        let identity = resolver.resources.get(resource.logical_id).cloned().unwrap_or_default();
        if stack.functions.iter().any(|other| other.logical_id == resource.logical_id) {
            return fault(resource.line, format!("there is another `{}`", resource.logical_id));
        }
        let function = functions::function(resource.logical_id, &identity, &properties, place, stack, callers)?;
        stack.functions.push(function);
    }
    for resource in applications {
        let properties = resource.properties.map_or_else(|| fault(resource.line, "`Properties` is missing"), Ok)?;
        let identities = resolver.resources.values().cloned().collect();
        nested::application(resource.logical_id, &resolved(&resolver, properties)?, identities, place, stack, callers)?;
    }
    outputs(root, &resolver)?;
    Ok(shown(&resolver))
}

fn sections(root: &Node) -> Read<()> {
    for (key, node) in root.map()? {
        match key.text.as_str() {
            "AWSTemplateFormatVersion"
            | "Conditions"
            | "Description"
            | "Globals"
            | "Mappings"
            | "Metadata"
            | "Outputs"
            | "Parameters"
            | "Resources" => {}
            "Transform" if node.texts()? == ["AWS::Serverless-2016-10-31"] => {}
            "Transform" => return fault(key.line, "only the transform AWS::Serverless-2016-10-31 is supported"),
            other => return fault(key.line, format!("the section `{other}` is not supported")),
        }
    }
    Ok(())
}

fn must<'a>(node: &'a Node, name: &str) -> Read<&'a Node> {
    node.get(name).map_or_else(|| fault(node.line, format!("`{name}` is missing")), Ok)
}

/// The resource, unless its condition does not hold.
fn resource<'a>(key: &'a Key, node: &'a Node, resolver: &Resolver) -> Read<Option<Resource<'a>>> {
    for (attribute, value) in node.map()? {
        match attribute.text.as_str() {
            "Type" | "Properties" | "DependsOn" | "DeletionPolicy" | "UpdateReplacePolicy" | "Metadata" => {}
            "Condition" => match resolver.conditions.get(value.text()?) {
                Some(true) => {}
                Some(false) => return Ok(None),
                None => return fault(value.line, format!("there is no condition `{}`", value.text()?)),
            },
            other => return fault(attribute.line, format!("a resource has `{other}`, which is not supported")),
        }
    }
    let kind = must(node, "Type")?.text()?;
    Ok(Some(Resource { logical_id: &key.text, line: key.line, kind, properties: node.get("Properties") }))
}

/// What Ref and GetAtt yield: needs no more than the resource's own name.
fn identity(resource: &Resource<'_>, resolver: &Resolver) -> Read<Identity> {
    let name = |property: &str| resource.name(resolver, property);
    let arn = |service: &str, rest: String| format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}");
    let identity = |reference: String, attributes: Vec<(&'static str, String)>| Ok(Identity { reference, attributes });
    match resource.kind {
        functions::TYPE => {
            let name = name("FunctionName")?;
            identity(name.clone(), vec![("Arn", arn("lambda", format!("function:{name}")))])
        }
        "AWS::DynamoDB::Table" => {
            let name = name("TableName")?;
            let table = arn("dynamodb", format!("table/{name}"));
            let stream = format!("{table}/stream/local");
            identity(name, vec![("Arn", table), ("StreamArn", stream)])
        }
        "AWS::SQS::Queue" => {
            let name = name("QueueName")?;
            let url = format!("https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}");
            identity(url.clone(), vec![("Arn", arn("sqs", name.clone())), ("QueueName", name), ("QueueUrl", url)])
        }
        "AWS::Events::EventBus" => {
            let name = name("Name")?;
            identity(name.clone(), vec![("Arn", arn("events", format!("event-bus/{name}"))), ("Name", name)])
        }
        RULE => {
            let rule = name("Name")?;
            if resource.properties.is_none_or(|properties| properties.get("EventBusName").is_none()) {
                return identity(rule.clone(), vec![("Arn", arn("events", format!("rule/{rule}")))]);
            }
            let bus = wiring::bus_name(&resource.name(resolver, "EventBusName")?);
            identity(format!("{bus}|{rule}"), vec![("Arn", arn("events", format!("rule/{bus}/{rule}")))])
        }
        "AWS::Events::Archive" => {
            let name = name("ArchiveName")?;
            identity(name.clone(), vec![("Arn", arn("events", format!("archive/{name}"))), ("ArchiveName", name)])
        }
        "AWS::S3::Bucket" => {
            let name = name("BucketName")?.to_lowercase();
            let (arn, domain) = (format!("arn:aws:s3:::{name}"), format!("{name}.s3.amazonaws.com"));
            let regional = format!("{name}.s3.{REGION}.amazonaws.com");
            identity(name, vec![("Arn", arn), ("DomainName", domain), ("RegionalDomainName", regional)])
        }
        "AWS::CloudFront::Distribution" => {
            let id = resource.logical_id;
            let arn = format!("arn:aws:cloudfront::{ACCOUNT}:distribution/{id}");
            let domain = format!("{}.cloudfront.net", id.to_lowercase());
            identity(id.to_owned(), vec![("Arn", arn), ("DomainName", domain), ("Id", id.to_owned())])
        }
        HTTP_API => identity("local".to_owned(), Vec::new()),
        "AWS::Logs::LogGroup" => {
            let name = name("LogGroupName")?;
            identity(name.clone(), vec![("Arn", arn("logs", format!("log-group:{name}:*")))])
        }
        "AWS::SNS::Topic" => {
            let name = name("TopicName")?;
            let topic = arn("sns", name.clone());
            identity(topic.clone(), vec![("TopicArn", topic), ("TopicName", name)])
        }
        "AWS::S3::BucketPolicy" | "AWS::SQS::QueuePolicy" | nested::TYPE => {
            identity(resource.logical_id.to_owned(), Vec::new())
        }
        other if CLOUD_ONLY.contains(&other) => {
            let id = resource.logical_id.to_owned();
            identity(id.clone(), vec![("Id", id)])
        }
        other => fault(resource.line, format!("resources of the type {other} are not supported")),
    }
}

fn resolved(resolver: &Resolver, node: &Node) -> Read<Node> {
    resolver.resolve(node)?.map_or_else(|| fault(node.line, "a value is needed here"), Ok)
}

/// What a resource other than a function says.
fn read(resource: &Resource<'_>, resolver: &Resolver, stack: &mut Stack) -> Read<()> {
    let empty = Node { line: resource.line, kind: Kind::Map(Vec::new()) };
    let properties = resolved(resolver, resource.properties.unwrap_or(&empty))?;
    let identity = resolver.resources.get(resource.logical_id).cloned().unwrap_or_default();
    let id = resource.logical_id;
    match resource.kind {
        "AWS::DynamoDB::Table" => stack.tables.push(storage::table(id, &identity, &properties)?),
        "AWS::S3::Bucket" => stack.buckets.push(storage::bucket(id, &identity, &properties, resolver)?),
        "AWS::CloudFront::Distribution" => {
            stack.distributions.push(storage::distribution(&identity, &properties, resolver)?);
        }
        "AWS::SQS::Queue" => stack.queues.push(wiring::queue(id, &identity, &properties, resolver)?),
        "AWS::Events::EventBus" => stack.buses.push(wiring::bus(&identity, &properties)?),
        RULE => stack.rules.push(wiring::rule(id, &identity, &properties, resolver)?),
        "AWS::Events::Archive" => stack.archives.push(wiring::archive(&identity, &properties, resolver)?),
        "AWS::SQS::QueuePolicy" => stack.resource_policies.push(policies::of_queues(&properties)?),
        "AWS::S3::BucketPolicy" => stack.resource_policies.push(policies::of_bucket(&properties)?),
        HTTP_API => stack.api = wiring::api(&properties)?,
        // Resolved, so that a dangling reference is found: that is all.
        _ => {}
    }
    Ok(())
}

fn outputs(root: &Node, resolver: &Resolver) -> Read<()> {
    let Some(outputs) = root.get("Outputs") else { return Ok(()) };
    for (_, output) in outputs.map()? {
        let exists = match output.get("Condition") {
            Some(name) => resolver.conditions.get(name.text()?).copied().unwrap_or(false),
            None => true,
        };
        if exists {
            resolver.text(must(output, "Value")?)?;
        }
    }
    Ok(())
}

fn shown(resolver: &Resolver) -> BTreeMap<String, String> {
    let shown = |value: &Parameter| match value {
        Parameter::Text(text) => text.clone(),
        Parameter::List(elements) => elements.join(","),
    };
    resolver.parameters.iter().map(|(name, value)| (name.clone(), shown(value))).collect()
}
