//! What all stories add up to. Each function may do what it does, and nothing else: what each called is held against what
//! template.yaml grants it. Each event is what its schema says, and there is no schema whose event nobody has seen.

use std::collections::{BTreeMap, BTreeSet};

use holdfast_local::{Use, World};
use holdfast_testing::Shop;
use holdfast_tests::{every_story, schemas};

fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text.strip_prefix(start).is_some_and(|left| {
            (0..=left.len()).filter(|at| left.is_char_boundary(*at)).any(|at| matches(rest, &left[at..]))
        }),
    }
}

/// Grants that no use needs, as `function: action on resource (line)`.
fn idle_grants(world: &World, used: &BTreeSet<Use>) -> Vec<String> {
    let mut idle = Vec::new();
    for function in &world.stack().functions {
        for statement in function.policies.iter().filter(|statement| statement.allow) {
            for action in &statement.actions {
                for resource in &statement.resources {
                    let needs = |one: &&Use| {
                        one.function == function.logical_id
                            && matches(action, &one.action)
                            && matches(resource, &one.resource)
                    };
                    if !used.iter().any(|one| needs(&one)) {
                        let line = statement.line;
                        idle.push(format!("{}: {action} on {resource} (template.yaml:{line})", function.logical_id));
                    }
                }
            }
        }
    }
    idle
}

#[tokio::test]
async fn grants_and_events_are_what_they_are_said_to_be() {
    let mut worlds = Vec::new();
    macro_rules! tell {
        ($($module:ident: $($story:ident),+;)+) => {$($(
            let shop = Shop::open();
            worlds.push(shop.world().clone());
            holdfast_tests::stories::$module::$story(shop).await;
        )+)+};
    }
    every_story!(tell);
    let refused: BTreeSet<Use> = worlds.iter().flat_map(|world| world.recorder().refused()).collect();
    assert!(refused.is_empty(), "calls that no grant covers: {refused:#?}");
    let used: BTreeSet<Use> = worlds.iter().flat_map(|world| world.recorder().used()).collect();
    let idle = idle_grants(&worlds[0], &used);
    assert!(idle.is_empty(), "grants that no story uses: {idle:#?}");

    let mut seen = BTreeSet::new();
    for world in &worlds {
        world.settle().await;
        let mut sequences: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
        for archived in world.engines().events.archived().unwrap() {
            let event = &archived.event["detail"];
            schemas::validate(event).unwrap_or_else(|error| panic!("{error}: {event:#}"));
            seen.insert(event["type"].as_str().unwrap().to_owned());
            let subject = event["subject"].as_str().unwrap().to_owned();
            sequences.entry(subject).or_default().insert(event["sequence"].as_u64().unwrap());
        }
        for (subject, sequences) in sequences {
            let gapless = (1..).zip(&sequences).all(|(nth, sequence)| nth == *sequence);
            assert!(gapless, "{subject} has gaps: {sequences:?}");
        }
    }
    let unseen: Vec<_> = schemas::schemas().keys().filter(|kind| !seen.contains(*kind)).collect();
    assert!(unseen.is_empty(), "events that no story has seen: {unseen:#?}");

    // The check of grants sees what it must: without the uses of one function, its grants are idle.
    let others: BTreeSet<Use> = used.iter().filter(|one| one.function != "MeGetFunction").cloned().collect();
    assert_eq!(idle_grants(&worlds[0], &others).len(), 1);
}
