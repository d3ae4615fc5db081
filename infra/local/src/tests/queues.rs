//! From queues to functions.

use serde_json::json;

use super::*;
use crate::{Fault, Faults, Kind, Matcher};

fn send(world: &World, bodies: &[&str]) {
    for body in bodies {
        world.engines().sqs.send(&arn("work"), body, None).unwrap();
    }
}

fn left(world: &World, queue: &str) -> Vec<String> {
    world.engines().sqs.peek(&arn(queue)).unwrap()
}

#[tokio::test]
async fn messages_come_in_batches_and_in_lambdas_shape() {
    let (world, script) = toys();
    send(&world, &["a", "b", "c", "d"]);
    assert!(world.step().await && world.step().await && !world.step().await);
    let seen = script.seen("worker");
    assert_eq!(bodies(&seen), [vec!["a", "b", "c"], vec!["d"]]);
    let record = &seen[0]["Records"][0];
    assert_eq!(record["md5OfBody"], "0cc175b9c0f1b6a831c399e269772661");
    assert_eq!(record["eventSource"], "aws:sqs");
    assert_eq!(record["eventSourceARN"], arn("work"));
    assert_eq!(record["awsRegion"], "us-east-1");
    assert_eq!(record["attributes"]["ApproximateReceiveCount"], "1");
    assert_eq!(record["messageAttributes"], json!({}));
    assert!(left(&world, "work").is_empty());
}

#[tokio::test]
async fn what_failed_comes_again_after_its_visibility_and_then_lies_dead() {
    let (world, script) = toys();
    send(&world, &["good", "bad"]);
    script.reply("worker", Reply::Fails);
    world.settle().await;
    // A batch that fails fails whole.
    assert_eq!(bodies(&script.seen("worker")), [["good", "bad"]]);
    world.settle().await;
    assert!(script.seen("worker").is_empty());

    world.advance(Duration::from_secs(30));
    script.reply("worker", Reply::Says(json!({"batchItemFailures": [{"itemIdentifier": "unheard of"}]})));
    world.settle().await;
    // An answer that names none of the batch's messages is no answer.
    assert_eq!(bodies(&script.seen("worker")), [["good", "bad"]]);
    world.advance(Duration::from_secs(30));
    world.settle().await;
    assert_eq!((script.seen("worker").len(), left(&world, "dead")), (0, vec!["good".to_owned(), "bad".to_owned()]));
}

#[tokio::test]
async fn a_partial_answer_spares_what_went_well() {
    let (world, script) = toys();
    send(&world, &["good", "bad"]);
    // The second message of a fresh queue.
    let bad = "00000000-5051-4000-8000-000000000002";
    script.reply("worker", failed(&[bad]));
    world.settle().await;
    assert_eq!(script.seen("worker")[0]["Records"][1]["messageId"], bad);
    assert_eq!(left(&world, "work"), ["bad"]);
    world.advance(Duration::from_secs(30));
    world.settle().await;
    assert_eq!(bodies(&script.seen("worker")), [["bad"]]);
    assert!(left(&world, "work").is_empty() && left(&world, "dead").is_empty());
}

#[tokio::test]
async fn a_delayed_message_waits_for_its_time() {
    let (world, script) = toys();
    world.engines().sqs.send(&arn("work"), "later", Some(Duration::from_secs(60))).unwrap();
    world.settle().await;
    world.advance(Duration::from_millis(59_999));
    world.settle().await;
    assert!(script.seen("worker").is_empty());
    world.advance(Duration::from_millis(1));
    world.settle().await;
    assert_eq!(bodies(&script.seen("worker")), [["later"]]);
}

#[tokio::test]
async fn a_window_gathers_a_batch_unless_somebody_waits() {
    let template = TEMPLATE.replace("BatchSize: 3,", "BatchSize: 3, MaximumBatchingWindowInSeconds: 20,");
    let (world, script) = toys_of(&template);
    let turn = async || {
        for at in 0..world.sources().len() {
            world.take_turn(at, crate::sources::Pace::Steady).await;
        }
        bodies(&script.seen("worker"))
    };
    send(&world, &["a"]);
    assert!(turn().await.is_empty());
    world.advance(Duration::from_secs(19));
    send(&world, &["b"]);
    assert!(turn().await.is_empty());
    world.advance(Duration::from_secs(1));
    assert_eq!(turn().await, [["a", "b"]]);
    send(&world, &["c", "d", "e"]);
    assert_eq!(turn().await, [["c", "d", "e"]]);
    send(&world, &["f"]);
    world.settle().await;
    assert_eq!(bodies(&script.seen("worker")), [["f"]]);
}

#[tokio::test]
async fn a_crash_loses_the_call_and_not_the_message() {
    let (world, script) = toys();
    send(&world, &["a"]);
    script.reply("worker", Reply::Writes);
    world.faults().once(Matcher { function: Some("Worker".to_owned()), ..Matcher::default() }, Fault::CrashAfter);
    world.settle().await;
    assert_eq!((script.starts("worker"), left(&world, "work").len()), (1, 1));
    world.advance(Duration::from_secs(30));
    world.settle().await;
    // The next call is a cold start.
    assert_eq!((script.starts("worker"), left(&world, "work").len()), (2, 0));
}

#[tokio::test]
async fn chaos_delivers_more_than_once_and_never_less() {
    let script = Script::default();
    let blueprint = Blueprint::from_text(TEMPLATE, &BTreeMap::new()).unwrap();
    let faults = Faults::seeded(&[Kind::Duplicates, Kind::Reorder], 7);
    let functions = vec![script.toy("worker")];
    let world = World::start(Options { functions, faults, ..Options::simulated(blueprint, 1) }).unwrap();
    let sent: Vec<String> = (0..60).map(|nth| format!("{nth:02}")).collect();
    send(&world, &sent.iter().map(String::as_str).collect::<Vec<_>>());
    world.settle().await;
    let mut seen = bodies(&script.seen("worker")).concat();
    assert!(seen.len() > 60);
    assert_ne!(seen[..60], sent);
    seen.sort();
    seen.dedup();
    assert_eq!(seen, sent);
}

#[tokio::test]
async fn chaos_holds_messages_back_for_a_while() {
    let script = Script::default();
    let blueprint = Blueprint::from_text(TEMPLATE, &BTreeMap::new()).unwrap();
    let faults = Faults::seeded(&[Kind::Delay], 7);
    let functions = vec![script.toy("worker"), script.toy("reader")];
    let world = World::start(Options { functions, faults, ..Options::simulated(blueprint, 1) }).unwrap();
    for nth in 0..40 {
        send(&world, &[&nth.to_string()]);
        put(&world, &nth.to_string(), None).await;
        world.settle().await;
    }
    let now = bodies(&script.seen("worker")).concat().len();
    assert!((1..40).contains(&now), "{now}");
    for _ in 0..10 {
        world.advance(Duration::from_secs(31));
        world.settle().await;
    }
    assert_eq!(now + bodies(&script.seen("worker")).concat().len(), 40);
    assert_eq!(keys(&script.seen("reader")).concat().len(), 40);
    assert!(world.faults().counts()["delay"] > 0);
}

#[tokio::test]
async fn a_source_that_is_switched_off_leaves_its_messages() {
    let (world, script) = toys();
    world.enable_sources("Worker", false);
    send(&world, &["a"]);
    world.settle().await;
    assert!(script.seen("worker").is_empty());
    world.enable_sources("Worker", true);
    world.settle().await;
    assert_eq!(bodies(&script.seen("worker")), [["a"]]);
}
