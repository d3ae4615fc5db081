//! Policies: what roles may do, and what resources let others do to them.

use std::collections::BTreeMap;

use super::known::Fields;
use super::model::{ResourcePolicy, Statement};
use super::node::{Node, Read, fault};
use crate::iam;

/// Of a function: inline statements only. SAM's policy templates and managed policies grant more than is asked for.
pub(super) fn of_function(policies: Option<&Node>) -> Read<Vec<Statement>> {
    let Some(policies) = policies else { return Ok(Vec::new()) };
    let mut all = Vec::new();
    for policy in policies.one_or_many() {
        let inline = policy.get("Statement").is_some();
        if !inline {
            return fault(policy.line, "only policies with a `Statement` of their own are supported");
        }
        let fields = Fields::of("a policy", policy, &["Statement"], &["Version"])?;
        for statement in fields.must("Statement")?.one_or_many() {
            all.push(self::statement(statement, false)?);
        }
    }
    Ok(all)
}

/// A queue policy.
pub(super) fn of_queues(properties: &Node) -> Read<ResourcePolicy> {
    let fields = Fields::of("a queue policy", properties, &["Queues", "PolicyDocument"], &[])?;
    let urls = fields.must("Queues")?;
    let mut resources = Vec::new();
    for url in urls.list()? {
        match url.text()?.strip_prefix("https://sqs.").and_then(|rest| rest.rsplit_once('/')) {
            Some((_, name)) => resources.push(iam::queue_arn(name)),
            None => return fault(url.line, "Queues takes queues' URLs: !Ref, not !GetAtt"),
        }
    }
    document(resources, fields.must("PolicyDocument")?)
}

/// A bucket policy.
pub(super) fn of_bucket(properties: &Node) -> Read<ResourcePolicy> {
    let fields = Fields::of("a bucket policy", properties, &["Bucket", "PolicyDocument"], &[])?;
    let arn = format!("arn:aws:s3:::{}", fields.must("Bucket")?.text()?);
    document(vec![arn], fields.must("PolicyDocument")?)
}

fn document(resources: Vec<String>, document: &Node) -> Read<ResourcePolicy> {
    let fields = Fields::of("a policy", document, &["Statement"], &["Version", "Id"])?;
    let statements = fields.must("Statement")?.one_or_many().iter().map(|node| statement(node, true));
    Ok(ResourcePolicy { resources, statements: statements.collect::<Read<_>>()? })
}

fn statement(node: &Node, of_resource: bool) -> Read<Statement> {
    let fields =
        Fields::of("a statement", node, &["Effect", "Principal", "Action", "Resource", "Condition"], &["Sid"])?;
    let effect = fields.must("Effect")?;
    let allow = match effect.text()? {
        "Allow" => true,
        "Deny" => false,
        other => return fault(effect.line, format!("Effect is Allow or Deny, not `{other}`")),
    };
    let principals = match (of_resource, fields.get("Principal")) {
        (true, Some(principal)) => principals(principal)?,
        (true, None) => return fault(node.line, "a resource's statement needs a `Principal`"),
        (false, Some(principal)) => return fault(principal.line, "a role's statement has no `Principal`"),
        (false, None) => Vec::new(),
    };
    let actions = fields.must("Action")?.texts()?;
    if let Some(action) = actions.iter().find(|action| *action != "*" && !action.contains(':')) {
        return fault(node.line, format!("`{action}` is not an action: service:Operation"));
    }
    let resources = fields.must("Resource")?.texts()?;
    if let Some(resource) = resources.iter().find(|resource| *resource != "*" && !resource.starts_with("arn:")) {
        return fault(node.line, format!("`{resource}` is not an ARN"));
    }
    let conditions = fields.get("Condition").map_or_else(|| Ok(BTreeMap::new()), conditions)?;
    Ok(Statement { allow, principals, actions, resources, conditions, line: node.line })
}

/// Services by name, or everyone.
fn principals(node: &Node) -> Read<Vec<String>> {
    if let Ok(text) = node.text() {
        return if text == "*" {
            Ok(vec!["*".to_owned()])
        } else {
            fault(node.line, "Principal is \"*\" or a mapping")
        };
    }
    Fields::of("Principal", node, &["Service"], &[])?.must("Service")?.texts()
}

fn conditions(node: &Node) -> Read<BTreeMap<String, BTreeMap<String, Vec<String>>>> {
    let mut all = BTreeMap::new();
    for (operator, keys) in node.map()? {
        if !iam::knows_operator(&operator.text) {
            return fault(operator.line, format!("the condition operator `{}` is not supported", operator.text));
        }
        let keys = keys.map()?.iter().map(|(key, values)| Ok((key.text.clone(), values.texts()?)));
        all.insert(operator.text.clone(), keys.collect::<Read<_>>()?);
    }
    Ok(all)
}
