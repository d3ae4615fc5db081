//! From streams to functions.

use super::*;

async fn put_all(world: &World, names: &[&str]) {
    for name in names {
        put(world, name, None).await;
    }
}

/// The sequence number of a record that the reader was handed.
fn sequence(batch: &Value, at: usize) -> String {
    batch["Records"][at]["dynamodb"]["SequenceNumber"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn records_come_in_order_in_batches_and_through_the_filter() {
    let (world, script) = toys();
    put_all(&world, &["a", "b", "c", "d", "e"]).await;
    let update = world.operator("reader").unwrap().aws.dynamodb().update_item().table_name("things");
    let update = update.key("pk", AttributeValue::S("a".to_owned())).update_expression("SET n = :n");
    update.expression_attribute_values(":n", AttributeValue::N("1".to_owned())).send().await.unwrap();
    world.settle().await;
    let seen = script.seen("reader");
    assert_eq!(keys(&seen), [vec!["a", "b", "c", "d"], vec!["e"]]);
    assert_eq!(seen[0]["Records"][0]["eventSource"], "aws:dynamodb");
    assert_eq!(seen[0]["Records"][0]["dynamodb"]["NewImage"]["pk"]["S"], "a");
    world.settle().await;
    assert!(script.seen("reader").is_empty());
}

#[tokio::test]
async fn a_partial_answer_goes_on_from_the_record_that_failed() {
    let (world, script) = toys();
    put_all(&world, &["a", "b", "c"]).await;
    script.reply("reader", Reply::Fails);
    assert!(world.step().await);
    let failed_at = sequence(&script.seen("reader")[0], 1);
    // The half of the batch that is tried first; nothing of the second is touched yet.
    script.reply("reader", failed(&[&failed_at]));
    world.settle().await;
    assert_eq!(keys(&script.seen("reader")), [vec!["a", "b"], vec!["b", "c"]]);
}

#[tokio::test]
async fn a_batch_that_fails_is_halved_until_the_culprit_stands_alone_and_goes_to_the_bucket() {
    let (world, script) = toys();
    put_all(&world, &["bad", "b", "c", "d"]).await;
    // 4, 2, 1 records; then the one alone with its two retries.
    for _ in 0..5 {
        script.reply("reader", Reply::Fails);
    }
    for _ in 0..20 {
        world.settle().await;
        world.advance(Duration::from_secs(60));
    }
    let lengths: Vec<usize> = keys(&script.seen("reader")).iter().map(Vec::len).collect();
    assert_eq!(lengths, [4, 2, 1, 1, 1, 3]);
    let given_up = world.engines().s3.objects("holdfast-failures").unwrap_or_default();
    assert_eq!(given_up.len(), 1, "{:?}", world.stack().buckets);
    let note: Value = serde_json::from_slice(given_up.values().next().unwrap()).unwrap();
    assert_eq!(note["requestContext"]["condition"], "RetryAttemptsExhausted");
    let records: Value = serde_json::from_str(note["payload"].as_str().unwrap()).unwrap();
    assert_eq!(keys(&[records]), [["bad"]]);
}

#[tokio::test]
async fn without_a_limit_a_failing_batch_is_tried_for_ever_and_nothing_overtakes_it() {
    let (world, script) = toys_of(&TEMPLATE.replace("MaximumRetryAttempts: 2", "MaximumRetryAttempts: -1"));
    put_all(&world, &["stuck"]).await;
    for _ in 0..12 {
        script.reply("reader", Reply::Fails);
    }
    put_all(&world, &["later"]).await;
    for _ in 0..60 {
        world.settle().await;
        world.advance(Duration::from_secs(60));
    }
    let seen = keys(&script.seen("reader"));
    assert!(seen.len() > 12, "{seen:?}");
    assert!(seen[..12].iter().all(|batch| batch[0] == "stuck"));
    assert_eq!(seen.concat().last().unwrap(), "later");
}

#[tokio::test]
async fn retries_pause_longer_and_longer() {
    let (world, script) = toys_of(&TEMPLATE.replace("MaximumRetryAttempts: 2", "MaximumRetryAttempts: -1"));
    put_all(&world, &["a"]).await;
    for _ in 0..9 {
        script.reply("reader", Reply::Fails);
    }
    let mut tries = Vec::new();
    for _ in 0..16 {
        world.settle().await;
        tries.push(script.seen("reader").len());
        world.advance(Duration::from_secs(1));
    }
    // Two retries at once, then pauses of one, two, four, eight seconds.
    assert_eq!(tries, [3, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1]);
}

#[tokio::test]
async fn an_item_whose_time_has_come_is_removed_by_the_service() {
    let (world, script) = toys();
    put(&world, "mortal", Some(world.ambient().now())).await;
    world.advance(Duration::from_secs(59));
    world.settle().await;
    assert_eq!(script.seen("reader").len(), 1);
    world.advance(Duration::from_secs(1));
    world.settle().await;
    let seen = script.seen("reader");
    assert_eq!(seen[0]["Records"][0]["eventName"], "REMOVE");
    assert_eq!(seen[0]["Records"][0]["userIdentity"]["principalId"], "dynamodb.amazonaws.com");
}

#[tokio::test]
async fn what_all_readers_have_passed_goes_after_a_day() {
    let (world, _) = toys();
    put_all(&world, &["a"]).await;
    world.settle().await;
    world.advance(Duration::from_secs(86_400 + 60));
    put_all(&world, &["b"]).await;
    world.settle().await;
    let kept = world.engines().dynamo.stream("things", crate::engines::Position(0), 10).unwrap();
    assert_eq!(kept.records.iter().map(key).collect::<Vec<_>>(), ["b"]);
}
