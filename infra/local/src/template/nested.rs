//! Nested applications: a second template, into which a context's background work can move when one stack is full
//! (docs/decisions/2026-11-20-how-the-template-grows.md). One deep; routes stay beside their API.

use std::collections::BTreeMap;
use std::io;

use super::functions::Callers;
use super::known::Fields;
use super::model::Stack;
use super::node::{self, Fault, Kind, Node, Read, fault};
use super::resolve::{Identity, STACK_NAME};
use super::resources;

/// The type of a nested application's resource.
pub(super) const TYPE: &str = "AWS::Serverless::Application";

/// Answers for parameters that SSM holds.
pub(super) type Ssm<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Reads a file by its path from the template.
pub(super) type Files<'a> = &'a dyn Fn(&str) -> io::Result<String>;

/// Where a document stands: the shop's own template, or an application in it.
pub(super) struct Place<'a> {
    /// What its stack is called.
    pub(super) stack_name: String,
    /// How CodeUri begins there.
    pub(super) code: String,
    /// Whether it has the API, and applications.
    pub(super) outermost: bool,
    /// What the document around it has.
    pub(super) outer: Vec<Identity>,
    /// SSM.
    pub(super) ssm: Ssm<'a>,
    /// Where applications are read from.
    pub(super) files: Files<'a>,
}

impl<'a> Place<'a> {
    /// The shop's own template.
    pub(super) fn outermost(ssm: Ssm<'a>, files: Files<'a>) -> Self {
        let code = "target/lambda/".to_owned();
        Self { stack_name: STACK_NAME.to_owned(), code, outermost: true, outer: Vec::new(), ssm, files }
    }
}

/// Reads an application into the stack around it.
pub(super) fn application(
    logical_id: &str,
    properties: &Node,
    identities: Vec<Identity>,
    place: &Place<'_>,
    stack: &mut Stack,
    callers: &mut Callers,
) -> Read<()> {
    if !place.outermost {
        return fault(properties.line, "an application in an application is not supported");
    }
    let fields = Fields::of("an application", properties, &["Location", "Parameters"], &["Tags"])?;
    let location = fields.must("Location")?;
    let path = location.text()?;
    if path.starts_with('/') || path.split('/').any(|part| part == "..") {
        return fault(location.line, "Location must be a file below the template");
    }
    let overrides = match fields.get("Parameters") {
        Some(parameters) => {
            parameters.map()?.iter().map(|(key, value)| Ok((key.text.clone(), shown(value)?))).collect()
        }
        None => Ok(BTreeMap::new()),
    };
    let overrides = overrides?;
    let text = match (place.files)(path) {
        Ok(text) => text,
        Err(error) => return fault(location.line, format!("{path}: {error}")),
    };
    let inner = Place {
        stack_name: format!("{}-{logical_id}", place.stack_name),
        code: "../".repeat(path.matches('/').count()) + &place.code,
        outermost: false,
        outer: identities,
        ..*place
    };
    let read = node::parse(&text).and_then(|root| resources::document(&root, &overrides, &inner, stack, callers));
    let within = |Fault { line, message }| Fault { line: location.line, message: format!("{path}:{line}: {message}") };
    read.map(|_| ()).map_err(within)
}

/// A parameter's value, as a text.
fn shown(value: &Node) -> Read<String> {
    match &value.kind {
        Kind::List(_) => Ok(value.texts()?.join(",")),
        Kind::Scalar { .. } | Kind::Map(_) | Kind::Call(..) => Ok(value.text()?.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::model::Stack;
    use super::super::tests::SMALL;

    /// A worker of the small template's queue and stream, in an application of its own.
    const WORKERS: &str = r#"Transform: AWS::Serverless-2016-10-31
Parameters:
  QueueArn: {Type: String}
  StreamArn: {Type: String}
  Bus: {Type: String}
Resources:
  Own: {Type: "AWS::SQS::Queue"}
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !Ref Bus
      EventPattern: {source: [x]}
      Targets: [{Id: a, Arn: !Ref QueueArn}, {Id: b, Arn: !GetAtt Own.Arn}]
  NestedWorker:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: ../../target/lambda/nested-worker
      Events:
        Queue: {Type: SQS, Properties: {Queue: !Ref QueueArn}}
        Stream: {Type: DynamoDB, Properties: {Stream: !Ref StreamArn, StartingPosition: TRIM_HORIZON}}
"#;

    fn nested(workers: &str) -> Result<Stack, String> {
        let application = "  Bus: {Type: \"AWS::Events::EventBus\"}\n  Workers:\n    Type: AWS::Serverless::Application\n    Properties:\n      Location: infra/workers/small.yaml\n      Parameters: {QueueArn: !GetAtt Queue.Arn, StreamArn: !GetAtt Table.StreamArn, Bus: !Ref Bus}\n";
        let files = |path: &str| {
            assert_eq!(path, "infra/workers/small.yaml");
            Ok(workers.to_owned())
        };
        let ssm = |_: &str| Some(String::new());
        crate::template::read("template.yaml", &(SMALL.to_owned() + application), &BTreeMap::new(), &ssm, &files)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn background_work_may_live_in_a_nested_application() {
        let stack = nested(WORKERS).unwrap();
        let worker = stack.functions.iter().find(|function| function.bin == "nested-worker").unwrap();
        assert_eq!(worker.arn, "arn:aws:lambda:us-east-1:000000000000:function:holdfast-Workers-NestedWorker");
        assert_eq!(worker.events.len(), 2);
        assert_eq!(stack.queues.last().unwrap().name, "holdfast-Workers-Own");
        let rule = &stack.rules[0];
        assert_eq!((rule.bus.as_str(), rule.targets.len()), ("holdfast-Bus", 2));
        assert!(stack.parameters.contains_key("Stage") && !stack.parameters.contains_key("QueueArn"));
    }

    #[test]
    fn what_an_application_cannot_have_names_its_line_in_it() {
        let at = SMALL.lines().count() + 5;
        for (from, to, message) in [
            ("nested-worker", "/x", "17: CodeUri must be ../../target/lambda/ and a bin's name"),
            (
                "  Own:",
                "  Api: {Type: \"AWS::Serverless::HttpApi\"}\n  Own:",
                "7: there is one HTTP API, in the outermost template",
            ),
            (
                "Queue: {Type: SQS, ",
                "Http: {Type: HttpApi, Properties: {ApiId: a}}\n        Queue: {Type: SQS, ",
                "19: routes stand beside their API, not in an application",
            ),
            ("  NestedWorker:", "  Worker:", "14: there is another `Worker`"),
            (
                "  Own:",
                "  More: {Type: \"AWS::Serverless::Application\", Properties: {Location: x.yaml}}\n  Own:",
                "7: an application in an application is not supported",
            ),
            (
                "Arn: !Ref QueueArn",
                "Arn: !Ref StreamArn",
                "13: `arn:aws:dynamodb:us-east-1:000000000000:table/test-table/stream/local` is no sqs ARN of this template",
            ),
        ] {
            assert!(WORKERS.contains(from), "{from}");
            let refused = nested(&WORKERS.replacen(from, to, 1)).unwrap_err();
            assert_eq!(refused, format!("template.yaml:{at}: infra/workers/small.yaml:{message}"));
        }
    }
}
