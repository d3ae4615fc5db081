//! What template.yaml says, resolved: the one description of the shop's wiring that the local host runs on.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

/// Where the local world stands, for those who read ARNs.
pub const REGION: &str = "us-east-1";
/// Its account.
pub const ACCOUNT: &str = "000000000000";

/// The whole stack.
#[derive(Clone, Debug, Default)]
pub struct Stack {
    /// Parameters, with the values that this stage gives them.
    pub parameters: BTreeMap<String, String>,
    /// The functions, in the template's order.
    pub functions: Vec<FunctionSpec>,
    /// The tables.
    pub tables: Vec<TableSpec>,
    /// The queues.
    pub queues: Vec<QueueSpec>,
    /// The event buses.
    pub buses: Vec<BusSpec>,
    /// The rules on them.
    pub rules: Vec<RuleSpec>,
    /// The archives of them.
    pub archives: Vec<ArchiveSpec>,
    /// The buckets.
    pub buckets: Vec<BucketSpec>,
    /// The distributions in front of them.
    pub distributions: Vec<DistributionSpec>,
    /// What resources grant to others: queue and bucket policies.
    pub resource_policies: Vec<ResourcePolicy>,
    /// The HTTP API in front.
    pub api: ApiSpec,
}

/// A Lambda function.
#[derive(Clone, Debug)]
pub struct FunctionSpec {
    /// Its name in the template: `AuthRegisterFunction`.
    pub logical_id: String,
    /// Its ARN.
    pub arn: String,
    /// The bin that CodeUri names: `auth-register`.
    pub bin: String,
    /// Its environment, resolved.
    pub environment: BTreeMap<String, String>,
    /// After this, Lambda ends a call.
    pub timeout: Duration,
    /// In MB.
    pub memory_mb: u32,
    /// What its role may do.
    pub policies: Vec<Statement>,
    /// What calls it.
    pub events: Vec<EventSource>,
}

/// What calls a function.
#[derive(Clone, Debug)]
pub enum EventSource {
    /// A route of the HTTP API.
    Http(Route),
    /// A queue.
    Queue(QueueMapping),
    /// A table's stream.
    Stream(StreamMapping),
    /// A clock.
    Schedule(ScheduleSpec),
}

/// A route of the HTTP API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// What no other route takes.
    Default,
    /// A method, in capitals, and a path with `{parameters}`.
    Path {
        /// GET, POST…
        method: String,
        /// `/v1/me/addresses/{id}`.
        path: String,
    },
}

/// From a queue to a function.
#[derive(Clone, Debug)]
pub struct QueueMapping {
    /// The queue's ARN.
    pub queue: String,
    /// At most so many messages a call.
    pub batch_size: u32,
    /// How long a batch may gather.
    pub window: Duration,
    /// Whether the answer names the messages that failed.
    pub partial_batches: bool,
    /// At most so many calls at once.
    pub most_concurrent: Option<u32>,
    /// Content filters on the message; none takes all.
    pub filters: Vec<Value>,
    /// Switched on.
    pub enabled: bool,
}

/// From a table's stream to a function.
#[derive(Clone, Debug)]
pub struct StreamMapping {
    /// The table's name.
    pub table: String,
    /// At most so many records a call.
    pub batch_size: u32,
    /// How long a batch may gather.
    pub window: Duration,
    /// Whether the answer names the record from which to retry.
    pub partial_batches: bool,
    /// Whether a failed batch is halved.
    pub bisect: bool,
    /// After so many retries a batch is given up; none never is.
    pub most_retries: Option<u32>,
    /// Where what is given up goes: a bucket's ARN, or a queue's.
    pub on_failure: Option<String>,
    /// Content filters on the record; none takes all.
    pub filters: Vec<Value>,
    /// Switched on.
    pub enabled: bool,
}

/// A schedule.
#[derive(Clone, Debug)]
pub struct ScheduleSpec {
    /// `rate(1 minute)`, `cron(0 3 * * ? *)`.
    pub expression: String,
    /// What the function is handed; EventBridge's own event when none.
    pub input: Option<Value>,
    /// Switched on.
    pub enabled: bool,
}

/// A table.
#[derive(Clone, Debug)]
pub struct TableSpec {
    /// Its name in the template.
    pub logical_id: String,
    /// Its name.
    pub name: String,
    /// CreateTable's request in DynamoDB's own JSON: key schema, attributes, indexes, stream.
    pub create: Value,
    /// The attribute that ends an item's life.
    pub ttl_attribute: Option<String>,
    /// Whether it has a stream.
    pub streamed: bool,
}

/// A queue.
#[derive(Clone, Debug)]
pub struct QueueSpec {
    /// Its name in the template.
    pub logical_id: String,
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Its URL.
    pub url: String,
    /// A message received stays unseen for so long.
    pub visibility: Duration,
    /// A message sent stays unseen for so long.
    pub delay: Duration,
    /// A message is kept for so long.
    pub retention: Duration,
    /// Where a message goes after so many receives: the dead-letter queue's ARN.
    pub redrive: Option<(String, u32)>,
}

/// An event bus.
#[derive(Clone, Debug)]
pub struct BusSpec {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
}

/// A rule on a bus.
#[derive(Clone, Debug)]
pub struct RuleSpec {
    /// Its name in the template.
    pub logical_id: String,
    /// Its ARN.
    pub arn: String,
    /// The bus's name.
    pub bus: String,
    /// The content pattern.
    pub pattern: Value,
    /// ARNs of the queues that it feeds, each with the dead-letter queue of what cannot be delivered.
    pub targets: Vec<RuleTarget>,
    /// Switched on.
    pub enabled: bool,
}

/// Where a rule sends.
#[derive(Clone, Debug)]
pub struct RuleTarget {
    /// The queue's ARN.
    pub queue: String,
    /// The queue for what cannot be delivered.
    pub dead_letters: Option<String>,
    /// The part of the event that is sent on (`$.detail`); all of it when none.
    pub input_path: Option<String>,
    /// What is made of the event instead.
    pub transformer: Option<Transformer>,
}

/// How a rule words what it sends.
#[derive(Clone, Debug)]
pub struct Transformer {
    /// Names, and where in the event lies what they stand for.
    pub paths: Vec<(String, String)>,
    /// The words, with `<name>` in them.
    pub template: String,
}

/// What is kept of a bus.
#[derive(Clone, Debug)]
pub struct ArchiveSpec {
    /// Its name.
    pub name: String,
    /// The bus's ARN.
    pub bus: String,
    /// What is kept; all when none.
    pub pattern: Option<Value>,
}

/// A bucket.
#[derive(Clone, Debug)]
pub struct BucketSpec {
    /// Its name in the template.
    pub logical_id: String,
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The queue that hears of new objects, with the key prefix that is heard of.
    pub notifies: Vec<(String, String)>,
    /// Which pages of other origins may use presigned URLs.
    pub cors: CorsSpec,
}

/// A distribution: what browsers read of a bucket.
#[derive(Clone, Debug)]
pub struct DistributionSpec {
    /// Its ARN.
    pub arn: String,
    /// The name of the bucket behind it.
    pub bucket: String,
}

/// A policy on a resource.
#[derive(Clone, Debug)]
pub struct ResourcePolicy {
    /// The ARNs that it lies on.
    pub resources: Vec<String>,
    /// What it says.
    pub statements: Vec<Statement>,
}

/// A statement of a policy.
#[derive(Clone, Debug, Default)]
pub struct Statement {
    /// Allow, or deny.
    pub allow: bool,
    /// Whom it speaks of: service names of a resource's policy; empty in a role's.
    pub principals: Vec<String>,
    /// `dynamodb:PutItem`, with wildcards.
    pub actions: Vec<String>,
    /// ARNs, with wildcards.
    pub resources: Vec<String>,
    /// Condition operator → key → values.
    pub conditions: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    /// The line of template.yaml that it stands on.
    pub line: usize,
}

/// Which pages of other origins may call an API or a bucket, and how: none when there are no origins.
#[derive(Clone, Debug, Default)]
pub struct CorsSpec {
    /// Origins that are admitted.
    pub origins: Vec<String>,
    /// Methods that are admitted.
    pub methods: Vec<String>,
    /// Headers that are admitted.
    pub headers: Vec<String>,
    /// Headers that scripts may read.
    pub exposed: Vec<String>,
    /// How long a preflight's answer holds, in seconds.
    pub max_age_s: u32,
}

/// The HTTP API in front.
#[derive(Clone, Debug, Default)]
pub struct ApiSpec {
    /// Which pages of other origins may call it.
    pub cors: CorsSpec,
    /// Requests a second.
    pub throttle_rate: Option<f64>,
    /// Requests at once.
    pub throttle_burst: Option<u32>,
}
