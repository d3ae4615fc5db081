//! Calling functions as Lambda's Invoke does.

use super::*;
use crate::CallError;

#[tokio::test]
async fn a_function_starts_at_its_first_call_and_stays() {
    let (world, script) = toys();
    assert_eq!(script.starts("worker"), 0);
    for _ in 0..2 {
        assert_eq!(world.invoke("Worker", json!({"n": 1})).await, Ok(Value::Null));
    }
    assert_eq!((script.starts("worker"), script.seen("worker").len()), (1, 2));
}

#[tokio::test]
async fn what_went_wrong_is_told_by_its_kind() {
    let (world, script) = toys();
    script.reply("worker", Reply::Fails);
    let failed = world.invoke("worker", Value::Null).await.unwrap_err();
    assert_eq!(failed.to_string(), "Worker failed: as scripted");
    let broken = world.invoke("Broken", Value::Null).await.unwrap_err();
    assert_eq!(broken.to_string(), "Broken cannot start: the environment has no NOT_THERE");
    let lost = world.invoke("Lost", Value::Null).await.unwrap_err();
    assert_eq!(lost.to_string(), "Lost cannot start: there is no bin lost");
    assert_eq!(world.invoke("Nobody", Value::Null).await, Err(CallError::Unknown("Nobody".to_owned())));
}

#[tokio::test]
async fn six_megabytes_are_the_most_either_way() {
    let (world, script) = toys();
    // Two more for the quotes.
    let text = |length: usize| Value::String("x".repeat(length - 2));
    assert_eq!(world.invoke("Worker", text(6 * 1024 * 1024)).await, Ok(Value::Null));
    assert_eq!(world.invoke("Worker", text(6 * 1024 * 1024 + 1)).await, Err(CallError::RequestTooLarge));
    script.reply("worker", Reply::Says(text(6 * 1024 * 1024 + 1)));
    assert_eq!(world.invoke("Worker", Value::Null).await, Err(CallError::AnswerTooLarge));
}

#[tokio::test]
async fn an_endpoint_takes_the_apis_payload_too() {
    let (world, _) = toys();
    let event = json!({
        "version": "2.0", "routeKey": "POST /echo", "rawPath": "/echo", "rawQueryString": "",
        "headers": {"x-tag": "t", "host": "shop.test"}, "body": "hello", "isBase64Encoded": false,
        "requestContext": {
            "accountId": "1", "apiId": "a", "stage": "$default", "requestId": "r", "routeKey": "POST /echo", "timeEpoch": 0,
            "http": {"method": "POST", "path": "/echo", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "u"},
        },
    });
    let answer = world.invoke("web", event).await.unwrap();
    assert_eq!((&answer["statusCode"], &answer["body"]), (&json!(200), &json!("192.0.2.1 t 5")));
}
