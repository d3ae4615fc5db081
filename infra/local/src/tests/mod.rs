//! The local host with toy functions and a small template: what Lambda and its event sources promise.

mod buckets;
mod gateway;
mod internet;
mod kept;
mod lambda;
mod live;
mod payments;
mod queues;
mod schedules;
mod streams;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use holdfast_core::{Clock, SystemClock, Timestamp};
use holdfast_runtime::{BoxError, EventHandler, Function, Init};
use serde_json::{Value, json};

use crate::{Blueprint, Options, World};

const TEMPLATE: &str = r#"Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {Runtime: provided.al2023, Timeout: 1}
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      CorsConfiguration: {AllowOrigins: ["https://shop.test"], AllowMethods: [GET, POST], ExposeHeaders: [etag]}
      DefaultRouteSettings: {ThrottlingRateLimit: 1000, ThrottlingBurstLimit: 1000}
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: work
      VisibilityTimeout: 30
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 2}
  Dead: {Type: "AWS::SQS::Queue", Properties: {QueueName: dead}}
  Failures: {Type: "AWS::S3::Bucket"}
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: things
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
      StreamSpecification: {StreamViewType: NEW_AND_OLD_IMAGES}
      TimeToLiveSpecification: {AttributeName: ttl, Enabled: true}
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: target/lambda/worker
      Policies: [{Statement: [{Effect: Allow, Action: dynamodb:PutItem, Resource: !GetAtt Table.Arn}]}]
      Events:
        Queue:
          Type: SQS
          Properties: {Queue: !GetAtt Queue.Arn, BatchSize: 3, FunctionResponseTypes: [ReportBatchItemFailures]}
  Reader:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: target/lambda/reader
      Events:
        Stream:
          Type: DynamoDB
          Properties:
            Stream: !GetAtt Table.StreamArn
            StartingPosition: TRIM_HORIZON
            BatchSize: 4
            MaximumRetryAttempts: 2
            BisectBatchOnFunctionError: true
            FunctionResponseTypes: [ReportBatchItemFailures]
            DestinationConfig: {OnFailure: {Type: S3, Destination: !GetAtt Failures.Arn}}
            FilterCriteria: {Filters: [{Pattern: "{\"eventName\":[\"INSERT\",\"REMOVE\"]}"}]}
  Tick:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: target/lambda/tick
      Events:
        Often: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(5 minutes)}}
        Daily: {Type: ScheduleV2, Properties: {ScheduleExpression: cron(0 3 * * ? *), Input: "{\"daily\":true}"}}
  Web:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: target/lambda/web
      Events:
        Echo: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: POST, Path: "/echo"}}
        Big: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: "/big"}}
        Quotes: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: "/quotes"}}
        Slow: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: "/slow"}}
        Panics: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: "/panics"}}
  Broken:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: target/lambda/broken
      Events:
        Http: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: "/broken"}}
  Lost:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: target/lambda/lost}
"#;

/// What a toy answers.
enum Reply {
    /// This.
    Says(Value),
    /// An error.
    Fails,
    /// Nothing, after a while of real time.
    Waits(Duration),
    /// After writing an item: somewhere to die.
    Writes,
}

/// What toys have been handed, and what they are to answer; `null` when nothing is scripted.
#[derive(Clone, Default)]
struct Script {
    seen: Arc<Mutex<Vec<(&'static str, Value)>>>,
    replies: Arc<Mutex<HashMap<&'static str, VecDeque<Reply>>>>,
    starts: Arc<Mutex<Vec<&'static str>>>,
}

impl Script {
    fn reply(&self, toy: &'static str, reply: Reply) {
        self.replies.lock().unwrap().entry(toy).or_default().push_back(reply);
    }

    /// What a toy has been handed since the last look.
    fn seen(&self, toy: &str) -> Vec<Value> {
        let mut seen = self.seen.lock().unwrap();
        let (its, others): (Vec<_>, Vec<_>) = seen.drain(..).partition(|(name, _)| *name == toy);
        *seen = others;
        its.into_iter().map(|(_, event)| event).collect()
    }

    /// How often a toy has started.
    fn starts(&self, toy: &str) -> usize {
        self.starts.lock().unwrap().iter().filter(|name| **name == toy).count()
    }

    fn toy(&self, name: &'static str) -> Function {
        let script = self.clone();
        Function::event(name, move |init| {
            let script = script.clone();
            script.starts.lock().unwrap().push(name);
            let handler: EventHandler = Arc::new(move |event| {
                let (script, init) = (script.clone(), init.clone());
                Box::pin(async move { script.play(name, &init, event).await })
            });
            async move { Ok(handler) }
        })
    }

    async fn play(&self, name: &'static str, init: &Init, event: Value) -> Result<Value, BoxError> {
        self.seen.lock().unwrap().push((name, event));
        let reply = self.replies.lock().unwrap().get_mut(name).and_then(VecDeque::pop_front);
        match reply {
            None => Ok(Value::Null),
            Some(Reply::Says(value)) => Ok(value),
            Some(Reply::Fails) => Err("as scripted".into()),
            Some(Reply::Waits(pause)) => {
                SystemClock.sleep(pause).await;
                Ok(Value::Null)
            }
            Some(Reply::Writes) => {
                let item = init.aws.dynamodb().put_item().table_name("things");
                item.item("pk", AttributeValue::S("written".to_owned())).send().await?;
                Ok(Value::Null)
            }
        }
    }
}

/// A world of toys, and their script.
fn toys() -> (World, Script) {
    toys_of(TEMPLATE)
}

fn toys_of(template: &str) -> (World, Script) {
    let script = Script::default();
    let blueprint = Blueprint::from_text(template, &BTreeMap::new()).unwrap();
    let mut functions: Vec<Function> = ["worker", "reader", "tick"].map(|name| script.toy(name)).into();
    functions.extend(gateway::toys(&script));
    let options = Options { functions, ..Options::simulated(blueprint, 1) };
    (World::start(options).unwrap(), script)
}

fn arn(queue: &str) -> String {
    format!("arn:aws:sqs:us-east-1:000000000000:{queue}")
}

/// Writes an item, as an operator.
async fn put(world: &World, pk: &str, ttl: Option<Timestamp>) {
    let item = world.operator("reader").unwrap().aws.dynamodb().put_item().table_name("things");
    let mut item = item.item("pk", AttributeValue::S(pk.to_owned()));
    if let Some(ttl) = ttl {
        item = item.item("ttl", AttributeValue::N(ttl.as_second().to_string()));
    }
    item.send().await.unwrap();
}

/// The item keys of each batch that the reader was handed.
fn keys(batches: &[Value]) -> Vec<Vec<String>> {
    let of = |batch: &Value| batch["Records"].as_array().unwrap().iter().map(key).collect();
    batches.iter().map(of).collect()
}

fn key(record: &Value) -> String {
    record["dynamodb"]["Keys"]["pk"]["S"].as_str().unwrap().to_owned()
}

/// The bodies of each batch that the worker was handed.
fn bodies(batches: &[Value]) -> Vec<Vec<String>> {
    let body = |record: &Value| record["body"].as_str().unwrap().to_owned();
    batches.iter().map(|batch| batch["Records"].as_array().unwrap().iter().map(body).collect()).collect()
}

/// A partial batch response.
fn failed(items: &[&str]) -> Reply {
    let items: Vec<Value> = items.iter().map(|item| json!({"itemIdentifier": item})).collect();
    Reply::Says(json!({"batchItemFailures": items}))
}
