//! The names that may stand in the template: those that the local host interprets are asked for where they are
//! read; the others are listed here, because only the cloud acts on them.

use super::node::{Key, Node, Read, fault};

/// A mapping whose every name is known.
pub(super) struct Fields<'a> {
    what: &'static str,
    line: usize,
    entries: &'a [(Key, Node)],
}

impl<'a> Fields<'a> {
    /// Of `what`, with the names that the local host reads and those that it leaves to the cloud.
    pub(super) fn of(what: &'static str, node: &'a Node, read: &[&str], left_to_the_cloud: &[&str]) -> Read<Self> {
        let entries = node.map()?;
        for (key, _) in entries {
            let name = key.text.as_str();
            if !read.contains(&name) && !left_to_the_cloud.contains(&name) {
                return fault(key.line, format!("{what} has `{name}`, which the local host does not know"));
            }
        }
        Ok(Self { what, line: node.line, entries })
    }

    /// The line that the mapping begins on.
    pub(super) fn line(&self) -> usize {
        self.line
    }

    /// The line of a name, or of the whole where it is missing.
    pub(super) fn line_of(&self, name: &str) -> usize {
        self.entries.iter().find(|(key, _)| key.text == name).map_or(self.line, |(key, _)| key.line)
    }

    /// What may be there.
    pub(super) fn get(&self, name: &str) -> Option<&'a Node> {
        self.entries.iter().find(|(key, _)| key.text == name).map(|(_, value)| value)
    }

    /// What must be there.
    pub(super) fn must(&self, name: &str) -> Read<&'a Node> {
        self.get(name).map_or_else(|| fault(self.line, format!("{} needs `{name}`", self.what)), Ok)
    }

    /// A text that may be there.
    pub(super) fn text(&self, name: &str) -> Read<Option<&'a str>> {
        self.get(name).map(Node::text).transpose()
    }

    /// A number that may be there.
    pub(super) fn number<T: std::str::FromStr>(&self, name: &str) -> Read<Option<T>> {
        self.get(name).map(Node::number).transpose()
    }

    /// A truth that may be there.
    pub(super) fn truth(&self, name: &str) -> Read<Option<bool>> {
        self.get(name).map(Node::truth).transpose()
    }

    /// A list that may be there.
    pub(super) fn list(&self, name: &str) -> Read<&'a [Node]> {
        self.get(name).map_or(Ok(&[]), Node::list)
    }

    /// Texts that may be there.
    pub(super) fn texts(&self, name: &str) -> Read<Vec<String>> {
        self.get(name).map_or(Ok(Vec::new()), Node::texts)
    }
}

/// Resources that only the cloud acts on: their properties are resolved, so that a dangling reference is still
/// found, and not looked at further.
pub(super) const CLOUD_ONLY: &[&str] = &[
    "AWS::CloudFront::OriginAccessControl",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::Logs::LogGroup",
    "AWS::SES::ConfigurationSet",
    "AWS::SES::ConfigurationSetEventDestination",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
];

/// Of a function: how it is built, traced and logged, and how a new version takes over from the one before.
pub(super) const FUNCTION: &[&str] = &[
    "Architectures",
    "AutoPublishAlias",
    "AutoPublishAliasAllProperties",
    "AutoPublishCodeSha256",
    "DeploymentPreference",
    "Description",
    "EphemeralStorage",
    "Handler",
    "LoggingConfig",
    "Runtime",
    "Tags",
    "Tracing",
];

/// Of the HTTP API.
pub(super) const HTTP_API: &[&str] = &["AccessLogSettings", "Description", "FailOnWarnings", "Name", "Tags"];

/// Of a table: backups, encryption, and what keeps it from being deleted.
pub(super) const TABLE: &[&str] = &[
    "ContributorInsightsSpecification",
    "DeletionProtectionEnabled",
    "OnDemandThroughput",
    "PointInTimeRecoverySpecification",
    "SSESpecification",
    "TableClass",
    "Tags",
    "WarmThroughput",
];

/// Of a queue: encryption, and who may redrive from it.
pub(super) const QUEUE: &[&str] =
    &["KmsDataKeyReusePeriodSeconds", "KmsMasterKeyId", "RedriveAllowPolicy", "SqsManagedSseEnabled", "Tags"];

/// Of a bus.
pub(super) const BUS: &[&str] = &["Description", "KmsKeyIdentifier", "Tags"];

/// Of a rule.
pub(super) const RULE: &[&str] = &["Description", "Tags"];

/// Of an archive: the local one keeps everything.
pub(super) const ARCHIVE: &[&str] = &["Description", "RetentionDays"];

/// Of a bucket: encryption, access from the internet, life cycle, and what cannot be changed for a while.
pub(super) const BUCKET: &[&str] = &[
    "BucketEncryption",
    "LifecycleConfiguration",
    "ObjectLockConfiguration",
    "ObjectLockEnabled",
    "OwnershipControls",
    "PublicAccessBlockConfiguration",
    "Tags",
    "VersioningConfiguration",
];

/// Of a distribution: how near it is, how long it keeps what it has read, what it adds.
pub(super) const DISTRIBUTION: &[&str] = &[
    "Aliases",
    "Comment",
    "DefaultCacheBehavior",
    "Enabled",
    "HttpVersion",
    "IPV6Enabled",
    "Logging",
    "PriceClass",
    "ViewerCertificate",
];

/// Of a schedule: the local one never fails to reach its function.
pub(super) const SCHEDULE: &[&str] =
    &["DeadLetterConfig", "Description", "FlexibleTimeWindow", "Name", "OmitName", "RetryPolicy"];

/// Of a rule's target: the local one never fails for want of time.
pub(super) const TARGET: &[&str] = &["RetryPolicy"];
