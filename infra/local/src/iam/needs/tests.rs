use serde_json::json;

use super::*;

fn shown(needs: Result<Vec<Need>, UnknownCall>) -> Vec<String> {
    let needs = needs.unwrap();
    let short = |need: &Need| need.resource.replace(&format!("{REGION}:{ACCOUNT}:"), "").replace("arn:aws:", "");
    needs.iter().map(|need| format!("{} {}", need.action, short(need))).collect()
}

#[test]
fn dynamodb() {
    for operation in ["GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "DescribeTable", "Scan"] {
        let needs = shown(needs("dynamodb", operation, &json!({"TableName": "t"})));
        assert_eq!(needs, [format!("dynamodb:{operation} dynamodb:table/t")]);
    }
    let query = json!({"TableName": "t", "IndexName": "gsi1"});
    assert_eq!(shown(needs("dynamodb", "Query", &query)), ["dynamodb:Query dynamodb:table/t/index/gsi1"]);
    let batch = json!({"RequestItems": {"b": [], "a": []}});
    assert_eq!(
        shown(needs("dynamodb", "BatchGetItem", &batch)),
        ["dynamodb:BatchGetItem dynamodb:table/a", "dynamodb:BatchGetItem dynamodb:table/b"]
    );
}

#[test]
fn a_transaction_needs_each_of_its_actions_once_a_table() {
    let write = json!({"TransactItems": [
        {"Put": {"TableName": "t"}}, {"Put": {"TableName": "t"}}, {"Update": {"TableName": "t"}},
        {"Delete": {"TableName": "u"}}, {"ConditionCheck": {"TableName": "t"}},
    ]});
    assert_eq!(
        shown(needs("dynamodb", "TransactWriteItems", &write)),
        [
            "dynamodb:ConditionCheckItem dynamodb:table/t",
            "dynamodb:DeleteItem dynamodb:table/u",
            "dynamodb:PutItem dynamodb:table/t",
            "dynamodb:UpdateItem dynamodb:table/t",
        ]
    );
    let read = json!({"TransactItems": [{"Get": {"TableName": "t"}}]});
    assert_eq!(shown(needs("dynamodb", "TransactGetItems", &read)), ["dynamodb:GetItem dynamodb:table/t"]);
    for broken in [json!({}), json!({"TransactItems": []}), json!({"TransactItems": [{"Merge": {"TableName": "t"}}]})] {
        assert!(needs("dynamodb", "TransactWriteItems", &broken).is_err(), "{broken}");
    }
}

#[test]
fn queues_buses_mails_topics_parameters() {
    let queue = json!({"QueueUrl": "https://sqs.us-east-1.amazonaws.com/000000000000/q"});
    assert_eq!(shown(needs("sqs", "SendMessageBatch", &queue)), ["sqs:SendMessage sqs:q"]);
    assert_eq!(shown(needs("sqs", "DeleteMessageBatch", &queue)), ["sqs:DeleteMessage sqs:q"]);
    let by_arn = format!("arn:aws:events:{REGION}:{ACCOUNT}:event-bus/b");
    let entries = json!({"Entries": [{"EventBusName": "b"}, {"EventBusName": by_arn}, {}]});
    assert_eq!(
        shown(needs("events", "PutEvents", &entries)),
        ["events:PutEvents events:event-bus/b", "events:PutEvents events:event-bus/default"]
    );
    for from in ["shop@Example.test", "The shop <shop@example.test>"] {
        let mail = json!({"FromEmailAddress": from});
        assert_eq!(shown(needs("ses", "SendEmail", &mail)), ["ses:SendEmail ses:identity/example.test"]);
    }
    assert_eq!(shown(needs("sns", "Publish", &json!({"PhoneNumber": "+1"}))), ["sns:Publish *"]);
    assert_eq!(shown(needs("sns", "Publish", &json!({"TopicArn": "arn:x"}))), ["sns:Publish arn:x"]);
    for name in ["/holdfast/key", "holdfast/key"] {
        let needs = shown(needs("ssm", "GetParameter", &json!({"Name": name})));
        assert_eq!(needs, ["ssm:GetParameter ssm:parameter/holdfast/key"]);
    }
}

#[test]
fn s3() {
    for (method, path, query, expected) in [
        ("GET", "/b/k/l", "x-id=GetObject", "s3:GetObject s3:::b/k/l"),
        ("HEAD", "/b/k", "", "s3:GetObject s3:::b/k"),
        ("GET", "/b/k", "X-Amz-Signature=x&X-Amz-Expires=60", "s3:GetObject s3:::b/k"),
        ("PUT", "/b/k", "x-id=PutObject", "s3:PutObject s3:::b/k"),
        ("PUT", "/b/k", "x-id=UploadPart&partNumber=1&uploadId=u", "s3:PutObject s3:::b/k"),
        ("POST", "/b/k", "uploads", "s3:PutObject s3:::b/k"),
        ("POST", "/b/k", "uploadId=u", "s3:PutObject s3:::b/k"),
        ("DELETE", "/b/k", "uploadId=u", "s3:AbortMultipartUpload s3:::b/k"),
        ("DELETE", "/b/k", "x-id=DeleteObject", "s3:DeleteObject s3:::b/k"),
        ("GET", "/b/", "list-type=2&prefix=p", "s3:ListBucket s3:::b"),
        ("GET", "/b", "list-type=2", "s3:ListBucket s3:::b"),
    ] {
        assert_eq!(shown(needs_s3(method, path, query, None)), [expected], "{method} {path}?{query}");
    }
    let copy = shown(needs_s3("PUT", "/b/k", "", Some("/c/k")));
    assert_eq!(copy, ["s3:PutObject s3:::b/k", "s3:GetObject s3:::c/k"]);
    for (method, path, query) in
        [("GET", "/b", "policy"), ("PUT", "/b", ""), ("GET", "/b/k", "acl"), ("POST", "/b", "delete")]
    {
        assert!(needs_s3(method, path, query, None).is_err(), "{method} {path}?{query}");
    }
}

#[test]
fn what_is_unknown_is_an_error_that_names_it() {
    let error = needs("dynamodb", "ExecuteStatement", &json!({"TableName": "t"})).unwrap_err();
    assert_eq!(error.to_string(), "dynamodb:ExecuteStatement is not an operation that the local host knows");
    let error = needs("kms", "Decrypt", &json!({})).unwrap_err();
    assert_eq!(error.to_string(), "kms:Decrypt is not an operation that the local host knows");
    let error = needs("sqs", "SendMessage", &json!({})).unwrap_err();
    assert_eq!(error.to_string(), "sqs:SendMessage without QueueUrl");
}
