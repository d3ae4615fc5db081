//! Tables, buckets, and what stands in front of these.

use serde_json::{Map, Value, json};

use super::known::{self, Fields};
use super::model::{BucketSpec, CorsSpec, DistributionSpec, TableSpec};
use super::node::{Node, Read, fault};
use super::resolve::{Identity, Resolver};

/// A table.
pub(super) fn table(logical_id: &str, identity: &Identity, properties: &Node) -> Read<TableSpec> {
    let read = [
        "TableName",
        "BillingMode",
        "AttributeDefinitions",
        "KeySchema",
        "GlobalSecondaryIndexes",
        "StreamSpecification",
        "TimeToLiveSpecification",
    ];
    let fields = Fields::of("a table", properties, &read, known::TABLE)?;
    let billing = fields.must("BillingMode")?;
    if billing.text()? != "PAY_PER_REQUEST" {
        return fault(billing.line, "tables are on demand: PAY_PER_REQUEST");
    }
    let mut create = Map::new();
    create.insert("TableName".to_owned(), json!(identity.reference));
    create.insert("BillingMode".to_owned(), json!("PAY_PER_REQUEST"));
    create.insert("AttributeDefinitions".to_owned(), attributes(fields.must("AttributeDefinitions")?)?);
    create.insert("KeySchema".to_owned(), key_schema(fields.must("KeySchema")?)?);
    let indexes = fields.list("GlobalSecondaryIndexes")?;
    if !indexes.is_empty() {
        let indexes = indexes.iter().map(index).collect::<Read<_>>()?;
        create.insert("GlobalSecondaryIndexes".to_owned(), Value::Array(indexes));
    }
    let stream = fields.get("StreamSpecification");
    if let Some(stream) = stream {
        let view =
            Fields::of("StreamSpecification", stream, &["StreamViewType"], &[])?.must("StreamViewType")?.text()?;
        create.insert("StreamSpecification".to_owned(), json!({"StreamEnabled": true, "StreamViewType": view}));
    }
    Ok(TableSpec {
        logical_id: logical_id.to_owned(),
        name: identity.reference.clone(),
        create: Value::Object(create),
        ttl_attribute: fields.get("TimeToLiveSpecification").map(time_to_live).transpose()?.flatten(),
        streamed: stream.is_some(),
    })
}

fn attributes(node: &Node) -> Read<Value> {
    for definition in node.list()? {
        Fields::of("an attribute", definition, &["AttributeName", "AttributeType"], &[])?.must("AttributeType")?;
    }
    node.json()
}

fn key_schema(node: &Node) -> Read<Value> {
    for element in node.list()? {
        Fields::of("a key", element, &["AttributeName", "KeyType"], &[])?.must("KeyType")?;
    }
    node.json()
}

fn index(node: &Node) -> Read<Value> {
    let fields = Fields::of("an index", node, &["IndexName", "KeySchema", "Projection"], &[])?;
    let projection = fields.must("Projection")?;
    Fields::of("Projection", projection, &["ProjectionType", "NonKeyAttributes"], &[])?;
    Ok(json!({
        "IndexName": fields.must("IndexName")?.text()?,
        "KeySchema": key_schema(fields.must("KeySchema")?)?,
        "Projection": projection.json()?,
    }))
}

fn time_to_live(node: &Node) -> Read<Option<String>> {
    let fields = Fields::of("TimeToLiveSpecification", node, &["AttributeName", "Enabled"], &[])?;
    let enabled = fields.must("Enabled")?.truth()?;
    let attribute = fields.must("AttributeName")?.text()?;
    Ok(enabled.then(|| attribute.to_owned()))
}

/// A bucket.
pub(super) fn bucket(
    logical_id: &str,
    identity: &Identity,
    properties: &Node,
    resolver: &Resolver,
) -> Read<BucketSpec> {
    let fields = Fields::of(
        "a bucket",
        properties,
        &["BucketName", "NotificationConfiguration", "CorsConfiguration"],
        known::BUCKET,
    )?;
    let mut notifies = Vec::new();
    if let Some(notification) = fields.get("NotificationConfiguration") {
        let fields = Fields::of("NotificationConfiguration", notification, &["QueueConfigurations"], &[])?;
        for queue in fields.must("QueueConfigurations")?.list()? {
            notifies.push(notified(queue, resolver)?);
        }
    }
    Ok(BucketSpec {
        logical_id: logical_id.to_owned(),
        name: identity.reference.clone(),
        arn: identity.arn().to_owned(),
        notifies,
        cors: fields.get("CorsConfiguration").map(cors).transpose()?.unwrap_or_default(),
    })
}

/// A bucket's one rule.
fn cors(node: &Node) -> Read<CorsSpec> {
    let rules = Fields::of("CorsConfiguration", node, &["CorsRules"], &[])?.must("CorsRules")?;
    let [rule] = rules.list()? else { return fault(rules.line, "only one rule is supported") };
    let read = ["AllowedOrigins", "AllowedMethods", "AllowedHeaders", "ExposedHeaders", "MaxAge"];
    let rule = Fields::of("a rule of CORS", rule, &read, &["Id"])?;
    Ok(CorsSpec {
        origins: rule.texts("AllowedOrigins")?,
        methods: rule.texts("AllowedMethods")?,
        headers: rule.texts("AllowedHeaders")?,
        exposed: rule.texts("ExposedHeaders")?,
        max_age_s: rule.number("MaxAge")?.unwrap_or(0),
    })
}

/// A distribution in front of a bucket.
pub(super) fn distribution(identity: &Identity, properties: &Node, resolver: &Resolver) -> Read<DistributionSpec> {
    let config = Fields::of("a distribution", properties, &["DistributionConfig"], &["Tags"])?;
    let config = config.must("DistributionConfig")?;
    let config = Fields::of("DistributionConfig", config, &["Origins"], known::DISTRIBUTION)?;
    let origins = config.must("Origins")?;
    let [origin] = origins.list()? else { return fault(origins.line, "only one origin is supported") };
    let left = ["Id", "OriginAccessControlId", "S3OriginConfig"];
    let domain = Fields::of("an origin", origin, &["DomainName"], &left)?.must("DomainName")?;
    let named = domain.text()?;
    match resolver.known().find(|known| known.attribute("RegionalDomainName") == named) {
        Some(bucket) => Ok(DistributionSpec { arn: identity.arn().to_owned(), bucket: bucket.reference.clone() }),
        None => fault(domain.line, format!("`{named}` is no bucket's RegionalDomainName")),
    }
}

/// The queue that hears of new objects, and the prefix of their keys.
fn notified(node: &Node, resolver: &Resolver) -> Read<(String, String)> {
    let fields = Fields::of("a queue's notification", node, &["Event", "Queue", "Filter"], &[])?;
    let event = fields.must("Event")?;
    if event.text()? != "s3:ObjectCreated:*" {
        return fault(event.line, "only s3:ObjectCreated:* is supported");
    }
    let queue = resolver.own_arn("sqs", fields.must("Queue")?)?;
    let Some(filter) = fields.get("Filter") else { return Ok((queue, String::new())) };
    let key = Fields::of("Filter", filter, &["S3Key"], &[])?.must("S3Key")?;
    let rules = Fields::of("S3Key", key, &["Rules"], &[])?.must("Rules")?;
    match rules.list()? {
        [rule] if rule.get("Name").is_some_and(|name| name.text().is_ok_and(|name| name == "prefix")) => {
            Ok((queue, Fields::of("a filter's rule", rule, &["Name", "Value"], &[])?.must("Value")?.text()?.to_owned()))
        }
        _ => fault(rules.line, "only one rule, for a prefix, is supported"),
    }
}
