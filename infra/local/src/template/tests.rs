//! The loader on small templates, and on the shop's own.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;

use super::model::{EventSource, Route, Stack};
use super::{load, load_str, stage_overrides};

fn read(text: &str) -> Result<Stack, String> {
    let ssm = |name: &str| (name == "/keys").then(|| "the keys".to_owned());
    load_str("template.yaml", text, &BTreeMap::new(), &ssm).map_err(|error| error.to_string())
}

fn refused(text: &str) -> String {
    let message = read(text).unwrap_err();
    assert!(!message.contains('\n'), "{message}");
    message
}

/// A template of one function with a queue, a streamed table and a route. `@@` lines are replaced by tests.
pub(super) const SMALL: &str = r#"Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String, Default: test, AllowedPattern: "[a-z]+"}
  Origins: {Type: CommaDelimitedList, Default: "https://a.test, https://b.test"}
  Keys: {Type: "AWS::SSM::Parameter::Value<String>", Default: /keys}
  Cap: {Type: Number, Default: 5, MinValue: 1, MaxValue: 10}
Conditions:
  IsTest: !Equals [!Ref Stage, test]
  IsNotTest: !Not [!Condition IsTest]
Globals:
  Function:
    Runtime: provided.al2023
    Timeout: 10
    Environment: {Variables: {STAGE: !Ref Stage, KEYS: !Ref Keys}}
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      CorsConfiguration: {AllowOrigins: !Ref Origins, AllowMethods: [GET]}
      DefaultRouteSettings: {ThrottlingRateLimit: 10.5, ThrottlingBurstLimit: !Ref Cap}
  Skipped: {Type: "AWS::SQS::Queue", Condition: IsNotTest}
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: !Sub "${Stage}-queue"
      VisibilityTimeout: 60
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3}
  Dead: {Type: "AWS::SQS::Queue"}
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: !Join ["-", [!Ref Stage, table]]
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
      StreamSpecification: {StreamViewType: NEW_AND_OLD_IMAGES}
      TimeToLiveSpecification: {AttributeName: ttl, Enabled: true}
      PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: target/lambda/worker
      MemorySize: !If [IsTest, 128, 256]
      Environment: {Variables: {TABLE: !Ref Table, QUEUE: !Ref Queue, STAGE: !Sub "x-${Stage}"}}
      Policies:
        - Statement:
            - {Effect: Allow, Action: dynamodb:GetItem, Resource: !GetAtt Table.Arn}
            - {Effect: Allow, Action: [dynamodb:Query], Resource: !Sub "${Table.Arn}/index/gsi1"}
      Events:
        Http: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: "/v1/things/{id}"}}
        Rest: {Type: HttpApi, Properties: {ApiId: !Ref Api}}
        Queue:
          Type: SQS
          Properties: {Queue: !GetAtt Queue.Arn, BatchSize: 5, FunctionResponseTypes: [ReportBatchItemFailures]}
        Stream:
          Type: DynamoDB
          Properties:
            Stream: !GetAtt Table.StreamArn
            StartingPosition: TRIM_HORIZON
            MaximumRetryAttempts: -1
            FilterCriteria: {Filters: [{Pattern: "{\"eventName\":[\"INSERT\"]}"}]}
        Daily: {Type: ScheduleV2, Properties: {ScheduleExpression: cron(0 3 * * ? *), Input: "{\"a\":1}"}}
"#;

/// The small template with a text replaced.
fn with(from: &str, to: &str) -> String {
    assert!(SMALL.contains(from), "{from}");
    SMALL.replacen(from, to, 1)
}

/// The number of the line that holds a text.
fn line(text: &str, needle: &str) -> usize {
    text.lines().position(|line| line.contains(needle)).unwrap() + 1
}

#[test]
fn a_small_template_is_understood() {
    let stack = read(SMALL).unwrap();
    assert_eq!(stack.parameters["Origins"], "https://a.test,https://b.test");
    assert_eq!(stack.api.cors.origins, ["https://a.test", "https://b.test"]);
    assert_eq!((stack.api.throttle_rate, stack.api.throttle_burst), (Some(10.5), Some(5)));
    assert_eq!(
        stack.queues.iter().map(|queue| queue.name.as_str()).collect::<Vec<_>>(),
        ["test-queue", "holdfast-Dead"]
    );
    let queue = &stack.queues[0];
    assert_eq!(queue.url, "https://sqs.us-east-1.amazonaws.com/000000000000/test-queue");
    assert_eq!(queue.redrive, Some(("arn:aws:sqs:us-east-1:000000000000:holdfast-Dead".to_owned(), 3)));
    assert_eq!(queue.visibility, Duration::from_secs(60));
    let table = &stack.tables[0];
    assert_eq!(table.ttl_attribute.as_deref(), Some("ttl"));
    assert_eq!(
        table.create,
        json!({
            "TableName": "test-table",
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "StreamSpecification": {"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        })
    );
}

#[test]
fn a_function_is_globals_and_its_own() {
    let stack = read(SMALL).unwrap();
    let [worker] = stack.functions.as_slice() else { panic!("{:?}", stack.functions) };
    assert_eq!((worker.bin.as_str(), worker.timeout, worker.memory_mb), ("worker", Duration::from_secs(10), 128));
    assert_eq!(worker.arn, "arn:aws:lambda:us-east-1:000000000000:function:holdfast-Worker");
    let environment = worker.environment.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>();
    assert_eq!(
        environment,
        [
            "KEYS=the keys",
            "QUEUE=https://sqs.us-east-1.amazonaws.com/000000000000/test-queue",
            "STAGE=x-test",
            "TABLE=test-table"
        ]
    );
    let resources = worker.policies.iter().flat_map(|statement| &statement.resources).collect::<Vec<_>>();
    let table = "arn:aws:dynamodb:us-east-1:000000000000:table/test-table";
    assert_eq!(resources, [table, &format!("{table}/index/gsi1")]);
    assert_eq!(worker.policies[0].line, line(SMALL, "Action: dynamodb:GetItem"));
    let [
        EventSource::Http(route),
        EventSource::Http(Route::Default),
        EventSource::Queue(queue),
        EventSource::Stream(stream),
        EventSource::Schedule(daily),
    ] = worker.events.as_slice()
    else {
        panic!("{:?}", worker.events)
    };
    assert_eq!(*route, Route::Path { method: "GET".into(), path: "/v1/things/{id}".into() });
    assert_eq!((queue.batch_size, queue.partial_batches), (5, true));
    assert_eq!((stream.table.as_str(), stream.batch_size, stream.most_retries), ("test-table", 100, None));
    assert_eq!(stream.filters, [json!({"eventName": ["INSERT"]})]);
    assert_eq!((daily.expression.as_str(), &daily.input), ("cron(0 3 * * ? *)", &Some(json!({"a": 1}))));
}

#[test]
fn what_is_not_supported_names_its_line() {
    for (from, to, message) in [
        ("VisibilityTimeout: 60", "FifoQueue: true", "a queue has `FifoQueue`, which the local host does not know"),
        ("Timeout: 10", "VpcConfig: {}", "a function has `VpcConfig`, which the local host does not know"),
        ("BatchSize: 5", "BatchSise: 5", "an SQS event has `BatchSise`, which the local host does not know"),
        (
            "ReportBatchItemFailures",
            "ReportBatchItemFailure",
            "`ReportBatchItemFailure` is not ReportBatchItemFailures",
        ),
        (
            "Dead: {Type: \"AWS::SQS::Queue\"}",
            "Dead: {Type: \"AWS::Kinesis::Stream\"}",
            "resources of the type AWS::Kinesis::Stream are not supported",
        ),
        (
            "Dead: {Type: \"AWS::SQS::Queue\"}",
            "Dead: {Type: \"AWS::SQS::Queue\", Properties: {QueueName: test-queue}}",
            "another resource is arn:aws:sqs:us-east-1:000000000000:test-queue",
        ),
        ("Type: ScheduleV2", "Type: Api", "events of the type Api are not supported"),
        ("MemorySize: !If [IsTest, 128, 256]", "MemorySize: !Cidr x", "!Cidr is not supported"),
        ("MemorySize: !If [IsTest, 128, 256]", "MemorySize: !If [Other, 128, 256]", "there is no condition `Other`"),
        ("MemorySize: !If [IsTest, 128, 256]", "MemorySize: a lot", "a number is expected here, not `a lot`"),
        ("TABLE: !Ref Table", "TABLE: !Ref Tabel", "there is no `Tabel`"),
        ("TABLE: !Ref Table", "TABLE: !Ref Skipped", "there is no `Skipped`"),
        ("TABLE: !Ref Table", "TABLE: !GetAtt Table.Size", "`Table` has no attribute `Size` that the local host knows"),
        ("TABLE: !Ref Table", "TABLE: !Sub \"${Table\"", "!Sub: a `${` is not closed"),
        ("TABLE: !Ref Table", "TABLE: !Ref Origins", "a text is expected here"),
        ("CodeUri: target/lambda/worker", "CodeUri: src", "CodeUri must be target/lambda/ and a bin's name"),
        ("Method: GET, Path", "Method: get, Path", "the method `get` is not supported: name one, in capitals"),
        ("Method: GET, Path", "Path", "a route needs a Method and a Path, or neither"),
        ("BillingMode: PAY_PER_REQUEST", "BillingMode: PROVISIONED", "tables are on demand: PAY_PER_REQUEST"),
        ("TRIM_HORIZON", "LATEST", "only TRIM_HORIZON is supported: LATEST may miss records while it starts"),
        ("cron(0 3 * * ? *)", "cron(0 3 * * * *)", "`cron(0 3 * * * *)` is neither rate(n unit) nor cron(six fields)"),
        ("cron(0 3 * * ? *)", "rate(1 minutes)", "`rate(1 minutes)` is neither rate(n unit) nor cron(six fields)"),
        ("VisibilityTimeout: 60", "VisibilityTimeout: 99999", "VisibilityTimeout is between 0 and 43200, not 99999"),
        (
            "!GetAtt Dead.Arn",
            "!GetAtt Table.Arn",
            "`arn:aws:dynamodb:us-east-1:000000000000:table/test-table` is no sqs ARN of this template",
        ),
        (
            "Stream: !GetAtt Table.StreamArn",
            "Stream: !GetAtt Table.Arn",
            "this is no table's StreamArn in this template",
        ),
        (
            "Effect: Allow, Action: dynamodb:GetItem",
            "Effect: Alow, Action: dynamodb:GetItem",
            "Effect is Allow or Deny, not `Alow`",
        ),
        (
            "Effect: Allow, Action: dynamodb:GetItem",
            "Effect: Allow, NotAction: dynamodb:GetItem",
            "a statement has `NotAction`, which the local host does not know",
        ),
        (
            "Action: dynamodb:GetItem, ",
            "Action: dynamodb:GetItem, Condition: {NumericEquals: {a: 1}}, ",
            "the condition operator `NumericEquals` is not supported",
        ),
        (
            "Cap: {Type: Number, Default: 5",
            "Cap: {Type: Number, Default: 11",
            "the parameter `Cap` is 11, out of its range",
        ),
        (
            "Stage: {Type: String, Default: test",
            "Stage: {Type: String, Default: TEST",
            "the parameter `Stage` is `TEST`, which is not [a-z]+",
        ),
        ("Default: /keys", "Default: /other", "the parameter `Keys` names `/other`, which SSM does not hold"),
        ("Cap: {Type: Number", "Cap: {Type: List<Number>", "parameters of the type List<Number> are not supported"),
        (
            "IsTest: !Equals [!Ref Stage, test]",
            "IsTest: !Not [!Condition IsNotTest]",
            "the condition `IsTest` depends on itself",
        ),
        (
            "Transform: AWS::Serverless-2016-10-31",
            "Transform: AWS::LanguageExtensions",
            "only the transform AWS::Serverless-2016-10-31 is supported",
        ),
        ("Conditions:", "Rules: {}\nConditions:", "the section `Rules` is not supported"),
        (
            "Rest: {Type: HttpApi, Properties: {ApiId: !Ref Api}}",
            "Rest: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: \"/v1/things/{other}\"}}",
            "another function has this route",
        ),
    ] {
        let text = with(from, to);
        let refused = refused(&text);
        assert!(refused.ends_with(&format!(": {message}")), "{from} → {to}: {refused}");
        let at = refused.trim_start_matches("template.yaml:").split(':').next().unwrap().parse::<usize>().unwrap();
        // A condition's cycle is found where it closes, one line on; all else where it stands.
        let changed = line(&text, to.lines().next().unwrap());
        assert!(
            at == changed || message.contains("depends on itself") && at == changed + 1,
            "{refused}: not line {changed}"
        );
    }
}

#[test]
fn policies_are_inline_statements() {
    for policy in ["AmazonS3FullAccess", "{DynamoDBCrudPolicy: {TableName: !Ref Table}}"] {
        let text = with("      Policies:\n", &format!("      Policies:\n        - {policy}\n"));
        let expected = format!("template.yaml:{}: only policies with", line(&text, policy));
        assert!(refused(&text).starts_with(&expected), "{policy}: {}", refused(&text));
    }
}

#[test]
fn an_environment_has_a_limit() {
    let variables = |bytes: usize| with("QUEUE: !Ref Queue", &format!("QUEUE: {}", "x".repeat(bytes)));
    // Names and values: the others take 49 bytes.
    let others = "STAGE".len()
        + "x-test".len()
        + "KEYS".len()
        + "the keys".len()
        + "TABLE".len()
        + "test-table".len()
        + "QUEUE".len();
    read(&variables(4096 - others)).unwrap();
    assert!(refused(&variables(4097 - others)).ends_with("an environment of 4097 bytes: Lambda takes 4096"));
}

#[test]
fn a_broken_document_is_one_line() {
    for text in ["a: [1, 2\nb: }", "\t- x", "Resources: {", "a: 'x", "- 1", ""] {
        let message = refused(text);
        assert!(message.starts_with("template.yaml:"), "{message}");
    }
    let missing = load(&PathBuf::from("/no/template.yaml"), &BTreeMap::new(), &|_| None).unwrap_err().to_string();
    assert!(missing.starts_with("/no/template.yaml: No such file"), "{missing}");
}

#[test]
fn an_unknown_override_is_refused() {
    let overrides = BTreeMap::from([("Stgae".to_owned(), "x".to_owned())]);
    let error = load_str("t", SMALL, &overrides, &|_| Some(String::new())).unwrap_err();
    assert_eq!(error.to_string(), "t:3: there is no parameter `Stgae`");
}

fn shop(stage: &str) -> Stack {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let overrides = stage_overrides(&root.join("infra/samconfig.toml"), stage).unwrap();
    load(&root.join("template.yaml"), &overrides, &|_| Some("{}".to_owned())).unwrap()
}

#[test]
fn the_shop_is_understood_in_every_stage() {
    for stage in ["default", "local", "prod"] {
        let stack = shop(stage);
        let name = &stack.parameters["Stage"];
        assert_eq!(stack.tables[0].name, format!("{name}-holdfast-accounts"));
        assert!(stack.functions.iter().all(|function| function.environment["STAGE"] == *name));
    }
    assert_eq!(shop("prod").parameters["AuthLimitPerAccount"], "10");
    assert_eq!(shop("local").parameters["AuthLimitPerAccount"], "1000000");
}

#[test]
fn one_name_in_two_casings() {
    for function in &shop("local").functions {
        let camel = function.bin.split('-').map(|part| part[..1].to_uppercase() + &part[1..]).collect::<String>();
        // A relay is one bin and a function for each table.
        assert!(function.logical_id.ends_with(&format!("{camel}Function")), "{} {}", function.logical_id, function.bin);
    }
}
