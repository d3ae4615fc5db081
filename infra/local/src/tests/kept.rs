//! What a shop on disk still knows after it was killed.

use holdfast_core::Ambient;

use super::*;
use crate::engines::TempFolder;
use crate::{DataFolder, WorldClock};

/// A world in `folder`, at a moment.
fn open(folder: &TempFolder, script: &Script, after: Duration) -> World {
    let data = DataFolder::open(folder.path()).unwrap();
    let template = folder.path().join("template.yaml");
    std::fs::write(&template, TEMPLATE).unwrap();
    let blueprint = Blueprint::kept(&template, &BTreeMap::new(), &data, &Ambient::system()).unwrap();
    let clock = WorldClock::manual("2026-01-01T00:00:00Z".parse().unwrap());
    clock.advance(after);
    let functions = ["worker", "reader", "tick"].map(|name| script.toy(name)).into();
    World::start(Options { functions, clock, ..Options::kept(blueprint, data) }).unwrap()
}

#[tokio::test]
async fn messages_places_and_runs_survive() {
    let (folder, script) = (TempFolder::new("kept").unwrap(), Script::default());
    let world = open(&folder, &script, Duration::ZERO);
    put(&world, "read", None).await;
    world.settle().await;
    world.advance(Duration::from_secs(300));
    world.settle().await;
    assert_eq!((script.seen("reader").len(), script.seen("tick").len()), (1, 1));
    // Sent and written, and then the process dies: nothing is told to stop.
    world.engines().sqs.send(&arn("work"), "waiting", None).unwrap();
    put(&world, "unread", None).await;
    drop(world);

    let world = open(&folder, &script, Duration::from_secs(301));
    world.settle().await;
    assert_eq!(keys(&script.seen("reader")), [["unread"]]);
    assert_eq!(bodies(&script.seen("worker")), [["waiting"]]);
    assert!(script.seen("tick").is_empty());
    drop(world);

    // Days later, what was missed is made up for once.
    let world = open(&folder, &script, Duration::from_secs(10 * 86_400));
    world.settle().await;
    let ticks = script.seen("tick");
    assert_eq!((ticks.len(), ticks.contains(&json!({"daily": true}))), (2, true));
    assert!(script.seen("reader").is_empty() && script.seen("worker").is_empty());
}
