//! What a resource's own policy lets a service do.

use std::collections::BTreeMap;

use crate::iam::{Decision, decide};
use crate::template::model::{ACCOUNT, Stack};

/// Whether the policy of a queue or a bucket lets the service do this to it, or to an object in it, on behalf of `source`.
pub(super) fn service_may(stack: &Stack, service: &str, action: &str, resource: &str, source: &str) -> bool {
    let owner = resource.split('/').next().unwrap_or(resource);
    let context = BTreeMap::from([
        ("aws:SourceArn".to_owned(), source.to_owned()),
        ("aws:SourceAccount".to_owned(), ACCOUNT.to_owned()),
    ]);
    let policies = stack.resource_policies.iter().filter(|policy| policy.resources.iter().any(|arn| arn == owner));
    let statements: Vec<_> = policies.flat_map(|policy| policy.statements.iter().cloned()).collect();
    matches!(decide(&statements, Some(service), action, resource, &context), Decision::Allowed { .. })
}
