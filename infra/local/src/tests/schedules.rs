//! From clocks to functions.

use super::*;

#[tokio::test]
async fn a_rate_begins_one_interval_after_the_start_and_makes_up_for_a_pause_once() {
    let (world, script) = toys();
    world.settle().await;
    world.advance(Duration::from_secs(299));
    world.settle().await;
    assert!(script.seen("tick").is_empty());
    world.advance(Duration::from_secs(1));
    world.settle().await;
    let seen = script.seen("tick");
    assert_eq!(
        (seen.len(), &seen[0]["detail-type"], &seen[0]["time"]),
        (1, &json!("Scheduled Event"), &json!("2026-01-01T00:05:00Z"))
    );
    world.advance(Duration::from_secs(3_000));
    world.settle().await;
    assert_eq!(script.seen("tick").len(), 1);
}

#[tokio::test]
async fn a_cron_runs_at_its_hour_with_its_input() {
    let (world, script) = toys();
    world.advance(Duration::from_secs(3 * 3_600));
    world.settle().await;
    let daily = json!({"daily": true});
    assert_eq!(script.seen("tick").iter().filter(|event| **event == daily).count(), 1);
    world.advance(Duration::from_secs(23 * 3_600));
    world.settle().await;
    assert!(!script.seen("tick").contains(&daily));
}

#[tokio::test]
async fn a_failed_run_is_tried_twice_more() {
    let (world, script) = toys();
    for _ in 0..3 {
        script.reply("tick", Reply::Fails);
    }
    world.advance(Duration::from_secs(300));
    world.settle().await;
    assert_eq!(script.seen("tick").len(), 3);
}
