//! What is checked in beside the code says what the code does.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use holdfast_local::engines::Pattern;
use holdfast_local::registry;
use holdfast_testing::Shop;
use holdfast_tests::{breaking, openapi, schemas};
use serde_json::{Value, json};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

fn document(path: &str) -> Value {
    serde_json::from_str(&read(&root().join(path))).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn the_api_is_described_as_it_is() {
    let document = openapi::document(&registry::functions()).unwrap();
    let same = read(&root().join(openapi::PATH)) == openapi::rendered(&document);
    assert!(same, "{} says something else than the code: make docs mends it", openapi::PATH);
}

#[test]
fn nothing_that_was_released_breaks() {
    let broken = breaking::breaks(&document(openapi::RELEASED_PATH), &document(openapi::PATH));
    assert!(broken.is_empty(), "this breaks clients, and wants a path of its own under /v2:\n{}", broken.join("\n"));
}

#[test]
fn an_operation_is_called_as_its_function_is() {
    for function in registry::functions() {
        let Some(own) = function.openapi() else { continue };
        let operations: Vec<Value> = own.paths.paths.values().map(|item| serde_json::to_value(item).unwrap()).collect();
        let operations = operations.iter().filter_map(Value::as_object).flat_map(|item| item.values());
        for operation in operations {
            assert_eq!(operation["operationId"], function.name().replace('-', "_"));
            assert!(operation["summary"].is_string(), "{} says nothing of itself", function.name());
            assert!(operation["security"].is_array(), "{} does not say whom it admits", function.name());
        }
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_tag_is_described() {
    let document = document(openapi::PATH);
    let tags: BTreeSet<_> =
        document["tags"].as_array().unwrap().iter().map(|tag| tag["name"].clone().to_string()).collect();
    walk(&document, &mut |field, value| match field {
        "$ref" => {
            let pointer = value.as_str().and_then(|text| text.strip_prefix('#')).unwrap_or_default();
            assert!(document.pointer(pointer).is_some(), "{value} leads nowhere");
        }
        "tags" if value[0].is_string() => {
            let own = value.as_array().unwrap();
            assert!(own.iter().all(|tag| tags.contains(&tag.to_string())), "{value} is not described");
        }
        _ => {}
    });
}

fn walk(value: &Value, visit: &mut impl FnMut(&str, &Value)) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                visit(name, value);
                walk(value, visit);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| walk(item, visit)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn what_webhooks_deliver_is_what_their_rule_lets_through() {
    let same = read(&root().join(schemas::DELIVERED_PATH)) == schemas::delivered();
    assert!(same, "{} says something else than the code: make docs mends it", schemas::DELIVERED_PATH);
    let blueprint = Shop::blueprint();
    let rules = &blueprint.stack().rules;
    let rule = rules.iter().find(|rule| rule.logical_id == "WebhooksRule").unwrap();
    let pattern = Pattern::parse(&rule.pattern).unwrap();
    for kind in schemas::schemas().keys() {
        let event = json!({"source": "holdfast.x", "detail-type": kind});
        let delivered = schemas::delivered().lines().any(|delivered| delivered == kind);
        assert_eq!(pattern.matches(&event), delivered, "{kind}");
    }
}

#[test]
fn every_event_has_its_schema() {
    let (root, wanted) = (root(), schemas::schemas());
    assert!(!wanted.is_empty());
    for (kind, schema) in wanted {
        let file = schemas::file(&root, kind);
        let same = read(&file) == schemas::rendered(schema);
        assert!(same, "{} says something else than the code: make docs mends it", file.display());
    }
    let found = schemas::kinds_in(&root.join(schemas::FOLDER)).unwrap();
    assert!(found.iter().eq(wanted.keys()), "make docs mends it");
}
