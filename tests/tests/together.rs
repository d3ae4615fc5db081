//! What all stories add up to. Each function may do what it does, and nothing else: what each called is held against what
//! template.yaml grants it. Each event is what its schema says, and there is no schema whose event nobody has seen.

#![expect(clippy::unwrap_used, reason = "a test may fail where it is surprised, its helpers too")]

use std::collections::{BTreeMap, BTreeSet};

use holdfast_local::{Use, World};
use holdfast_testing::{Seen, Shop, seen};
use holdfast_tests::schemas;
use holdfast_tests::stories::tell_all;
use serde_json::Value;

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

/// Answers of the stories that no operation's description has: the status, and a problem's code among its words.
fn undocumented() -> Vec<Seen> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json");
    let document: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let described = |seen: &Seen| {
        let is = |template: &str| {
            let (ours, theirs): (Vec<_>, Vec<_>) = (template.split('/').collect(), seen.path.split('/').collect());
            ours.len() == theirs.len() && ours.iter().zip(&theirs).all(|(a, b)| a == b || a.starts_with('{'))
        };
        let paths = document["paths"].as_object().unwrap();
        // A path without parameters is meant before one with them.
        let template = paths.keys().filter(|template| is(template)).min_by_key(|template| template.contains('{'))?;
        let response = &paths[template][seen.method.to_lowercase()]["responses"][seen.status.to_string()];
        let words = response["description"].as_str()?;
        Some(seen.code.as_ref().is_none_or(|code| words.contains(code.as_str())))
    };
    let ours = |seen: &Seen| {
        !seen.path.starts_with("/dev")
            && !["no_such_route", "method_not_allowed"].contains(&seen.code.as_deref().unwrap_or_default())
    };
    seen().into_iter().filter(|seen| ours(seen) && described(seen) != Some(true)).collect()
}

#[test]
fn grants_and_events_are_what_they_are_said_to_be() {
    let worlds = tell_all(async |_, story| {
        let shop = Shop::open();
        let world = shop.world().clone();
        story(shop).await;
        world.settle().await;
        world
    });
    let refused: BTreeSet<Use> = worlds.iter().flat_map(|world| world.recorder().refused()).collect();
    assert!(refused.is_empty(), "calls that no grant covers: {refused:#?}");
    let used: BTreeSet<Use> = worlds.iter().flat_map(|world| world.recorder().used()).collect();
    let idle = idle_grants(&worlds[0], &used);
    assert!(idle.is_empty(), "grants that no story uses: {idle:#?}");

    let mut seen = BTreeSet::new();
    for world in &worlds {
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

    let undocumented = undocumented();
    assert!(undocumented.is_empty(), "answers that docs/openapi.json does not know: {undocumented:#?}");

    // The check of grants sees what it must: without the uses of one function, its grants are idle.
    let others: BTreeSet<Use> = used.iter().filter(|one| one.function != "MeGetFunction").cloned().collect();
    assert_eq!(idle_grants(&worlds[0], &others).len(), 1);
}
