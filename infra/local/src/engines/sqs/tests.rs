use std::time::Duration;

use aws_sdk_sqs::types::{MessageAttributeValue, SendMessageBatchRequestEntry};

use super::*;
use crate::engines::testing::{queue_arn, queue_url, world};
use crate::engines::{Engines, Place, TempFolder, testing::world_at};

fn receive(engines: &Engines, name: &str) -> Vec<QueueMessage> {
    engines.sqs.receive(&queue_arn(name), 10).unwrap()
}

#[tokio::test]
async fn the_sdk_sends_receives_and_deletes() {
    let (_, config) = world();
    let client = aws_sdk_sqs::Client::new(&config);
    let url = client.get_queue_url().queue_name("work").send().await.unwrap().queue_url.unwrap();
    let attribute = MessageAttributeValue::builder().data_type("String").string_value("x").build().unwrap();
    let sent = client
        .send_message()
        .queue_url(&url)
        .message_body("hello")
        .message_attributes("kind", attribute)
        .send()
        .await
        .unwrap();
    assert_eq!(sent.md5_of_message_body(), Some("5d41402abc4b2a76b9719d911017c592"));
    let received = client.receive_message().queue_url(&url).message_attribute_names("All").send().await.unwrap();
    let [message] = received.messages() else { panic!("{received:?}") };
    assert_eq!((message.message_id(), message.body()), (sent.message_id(), Some("hello")));
    assert_eq!(message.message_attributes().unwrap()["kind"].string_value(), Some("x"));
    assert!(client.receive_message().queue_url(&url).send().await.unwrap().messages().is_empty());
    client.delete_message().queue_url(&url).receipt_handle(message.receipt_handle().unwrap()).send().await.unwrap();
    let attributes = client.get_queue_attributes().queue_url(&url).send().await.unwrap().attributes.unwrap();
    let count = &attributes[&aws_sdk_sqs::types::QueueAttributeName::ApproximateNumberOfMessagesNotVisible];
    assert_eq!(count, "0");
}

#[tokio::test]
async fn a_batch_tells_which_entries_failed() {
    let (engines, config) = world();
    let client = aws_sdk_sqs::Client::new(&config);
    let entry = |id: &str, delay| {
        SendMessageBatchRequestEntry::builder().id(id).message_body(id).delay_seconds(delay).build().unwrap()
    };
    let entries = [entry("now", 0), entry("late", 901), entry("negative", -1), entry("later", 900)];
    let send = client.send_message_batch().queue_url(queue_url("work")).set_entries(Some(entries.into()));
    let answer = send.send().await.unwrap();
    let failed: Vec<_> = answer.failed().iter().map(|entry| (entry.id(), entry.code())).collect();
    assert_eq!(failed, [("late", "InvalidParameterValue"), ("negative", "InvalidParameterValue")]);
    let depths = engines.sqs.depths(&queue_arn("work")).unwrap();
    assert_eq!(depths, Depths { visible: 1, delayed: 1, in_flight: 0 });
}

#[tokio::test]
async fn dead_letters_go_back_to_where_they_came_from() {
    let (engines, config) = world();
    let client = aws_sdk_sqs::Client::new(&config);
    let (work, dead) = (queue_arn("work"), queue_arn("dead"));
    engines.sqs.send(&work, "came from work", None).unwrap();
    // A rule's own dead letter came from no queue.
    engines.sqs.send(&dead, "came from a rule", None).unwrap();
    let gone = || engines.sqs.peek(&dead).unwrap().contains(&"came from work".to_owned());
    for _ in 0..20 {
        if gone() {
            break;
        }
        drop(receive(&engines, "work"));
        engines.clock.advance(Duration::from_secs(3_600));
    }
    assert!(gone());
    let task = client.start_message_move_task().source_arn(&dead).send().await.unwrap();
    assert!(task.task_handle().is_some());
    assert_eq!(engines.sqs.peek(&work).unwrap(), ["came from work"]);
    assert_eq!(engines.sqs.peek(&dead).unwrap(), ["came from a rule"]);
    let [again] = &receive(&engines, "work")[..] else { panic!("it can be received") };
    assert_eq!(again.receives, 1, "it is tried as often as a new one");
    client.start_message_move_task().source_arn(&dead).destination_arn(&work).send().await.unwrap();
    assert!(engines.sqs.peek(&dead).unwrap().is_empty());
}

#[tokio::test]
async fn an_unknown_queue_is_the_sdks_own_error() {
    let (_, config) = world();
    let client = aws_sdk_sqs::Client::new(&config);
    let error = client.send_message().queue_url("https://elsewhere/q").message_body("x").send().await.unwrap_err();
    assert!(error.into_service_error().is_queue_does_not_exist());
}

#[test]
fn a_delayed_message_comes_when_it_is_due() {
    let (engines, _) = world();
    let start = engines.clock.millis();
    engines.sqs.send(&queue_arn("work"), "later", Some(Duration::from_secs(60))).unwrap();
    assert_eq!(engines.sqs.next_due().unwrap().unwrap().as_millisecond() - start, 60_000);
    engines.clock.advance(Duration::from_millis(59_999));
    assert!(receive(&engines, "work").is_empty());
    engines.clock.advance(Duration::from_millis(1));
    assert_eq!(receive(&engines, "work").len(), 1);
}

#[test]
fn a_message_received_too_often_goes_to_the_dead_letter_queue() {
    let (engines, _) = world();
    engines.sqs.send(&queue_arn("work"), "poison", None).unwrap();
    for receives in 1..=2 {
        let [message] = &receive(&engines, "work")[..] else { panic!("receive {receives}") };
        assert_eq!(message.receives, receives);
        assert!(receive(&engines, "work").is_empty());
        engines.clock.advance(Duration::from_secs(30));
    }
    assert!(receive(&engines, "work").is_empty());
    assert_eq!(receive(&engines, "dead")[0].body, "poison");
}

#[test]
fn an_old_receipt_deletes_nothing() {
    let (engines, _) = world();
    engines.sqs.send(&queue_arn("work"), "x", None).unwrap();
    let old = receive(&engines, "work").remove(0).receipt;
    engines.sqs.release(&old, Duration::ZERO).unwrap();
    let new = receive(&engines, "work").remove(0).receipt;
    assert!(!engines.sqs.delete(&old).unwrap());
    assert!(engines.sqs.release(&old, Duration::ZERO).is_err());
    assert!(engines.sqs.delete(&new).unwrap());
    assert!(engines.sqs.delete("none").is_err());
}

#[test]
fn a_message_ends_with_its_retention() {
    let (engines, _) = world();
    engines.sqs.send(&queue_arn("dead"), "x", None).unwrap();
    engines.clock.advance(Duration::from_secs(345_599));
    assert_eq!(engines.sqs.depths(&queue_arn("dead")).unwrap().total(), 1);
    engines.clock.advance(Duration::from_secs(1));
    assert!(receive(&engines, "dead").is_empty());
    assert_eq!(engines.sqs.depths(&queue_arn("dead")).unwrap().total(), 0);
}

#[test]
fn a_message_is_one_mebibyte_at_most() {
    let (engines, _) = world();
    let send = |bytes| engines.sqs.send(&queue_arn("work"), &"x".repeat(bytes), None);
    assert!(send(LARGEST).is_ok());
    assert_eq!(send(LARGEST + 1).unwrap_err().code, "InvalidParameterValue");
    assert_eq!(send(0).unwrap_err().code, "MissingParameter");
}

#[test]
fn messages_are_there_after_opening_again() {
    let folder = TempFolder::new("sqs").unwrap();
    let place = Place::Folder(folder.path().to_owned());
    let (engines, _) = world_at(&place);
    engines.sqs.send(&queue_arn("work"), "kept", None).unwrap();
    drop(engines);
    assert_eq!(receive(&world_at(&place).0, "work")[0].body, "kept");
}
