//! How the code base hangs together, as docs/ARCHITECTURE.md says it does.

#![expect(clippy::unwrap_used, reason = "a test may fail where it is surprised, its helpers too")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use holdfast_local::registry;
use holdfast_testing::Shop;
use serde_json::Value;

/// Who may import whom, the lowest first: a crate may import what stands in its row, which stands above it.
///
/// A context that stands in another's row is that context's to read through what it offers for it (`accounts::directory`);
/// its store is nobody's but its own.
const MAY_IMPORT: [(&str, &[&str]); 29] = [
    ("core", &[]),
    ("auth", &["core"]),
    ("runtime", &["core"]),
    ("dynamo", &["core", "runtime"]),
    ("http", &["core", "auth", "runtime", "dynamo"]),
    ("events", &["core", "runtime", "dynamo"]),
    ("renditions", &[]),
    ("catalog", &["core", "auth", "runtime", "dynamo", "http", "events", "renditions"]),
    ("inventory", &["core", "runtime", "dynamo", "http", "events"]),
    ("carts", &["core", "runtime", "dynamo", "http", "catalog", "inventory"]),
    ("accounts", &["core", "auth", "runtime", "dynamo", "http", "carts"]),
    ("orders", &["core", "auth", "runtime", "dynamo", "http", "events", "catalog", "inventory", "accounts"]),
    ("checkout", &["core", "runtime", "dynamo", "http", "catalog", "inventory", "carts", "accounts", "orders"]),
    ("payments", &["core", "auth", "runtime", "dynamo", "http", "events", "inventory", "orders"]),
    ("notifications", &["core", "runtime", "dynamo", "http", "events", "accounts", "orders", "checkout"]),
    ("webhooks", &["core", "runtime", "dynamo", "http", "events"]),
    ("trail", &["core", "runtime", "dynamo", "http", "events"]),
    ("migrations", &["core", "runtime", "dynamo", "catalog"]),
    ("relay", &["core", "runtime", "events"]),
    ("service", &["core", "runtime", "dynamo", "http"]),
    ("bare", &[]),
    ("crc-fast", &[]),
    ("pictures", &[]),
    (
        "local",
        &[
            "core",
            "auth",
            "runtime",
            "accounts",
            "catalog",
            "inventory",
            "carts",
            "orders",
            "checkout",
            "payments",
            "notifications",
            "webhooks",
            "trail",
            "migrations",
            "relay",
            "service",
            "pictures",
        ],
    ),
    ("testing", &["core", "auth", "runtime", "local"]),
    ("cli", &["core", "auth", "runtime", "inventory", "orders", "payments", "trail", "local", "testing"]),
    ("attack", &["core"]),
    (
        "tests",
        &[
            "core",
            "auth",
            "runtime",
            "dynamo",
            "http",
            "events",
            "accounts",
            "catalog",
            "inventory",
            "carts",
            "orders",
            "checkout",
            "payments",
            "webhooks",
            "trail",
            "migrations",
            "notifications",
            "local",
            "testing",
            "attack",
        ],
    ),
    ("proof", &["core", "auth", "local", "cli"]),
];

/// What the shop is built on.
const FOUNDATIONS: [&str; 11] = [
    "argon2",
    "aws-sdk-dynamodb",
    "aws-sdk-eventbridge",
    "aws-sdk-s3",
    "aws-sdk-sqs",
    "jsonwebtoken",
    "lambda_http",
    "lambda_runtime",
    "serde",
    "tokio",
    "tracing",
];

/// All that lies in the root, beside licences and names that begin with a dot.
const ROOT: [&str; 15] = [
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "Makefile",
    "README.md",
    "clippy.toml",
    "deny.toml",
    "docs",
    "events",
    "functions",
    "infra",
    "rustfmt.toml",
    "shared",
    "template.yaml",
    "tests",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The workspace's packages, as cargo tells of them.
fn packages() -> Vec<Value> {
    let cargo = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(cargo.status.success(), "{}", String::from_utf8_lossy(&cargo.stderr));
    let metadata: Value = serde_json::from_slice(&cargo.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap()
}

fn dependencies(package: &Value) -> BTreeSet<&str> {
    package["dependencies"].as_array().unwrap().iter().map(|dependency| text(dependency, "name")).collect()
}

/// The names that lie in a folder, without an ending.
fn files(folder: &Path, ending: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    entries.filter_map(|name| Some(name.strip_suffix(ending)?.to_owned())).collect()
}

/// Every Lambda's bin: its name and its file.
fn bins() -> Vec<(String, PathBuf)> {
    let packages = packages();
    let deployed = packages.iter().filter(|package| text(package, "manifest_path").contains("/functions/"));
    let targets = deployed.flat_map(|package| package["targets"].as_array().unwrap());
    let bins = targets.filter(|target| target["kind"][0] == "bin");
    bins.map(|bin| (text(bin, "name").to_owned(), text(bin, "src_path").into())).collect()
}

#[test]
fn nobody_imports_upward() {
    for (nth, (name, may)) in MAY_IMPORT.iter().enumerate() {
        let above: Vec<_> = MAY_IMPORT[..nth].iter().map(|(name, _)| *name).collect();
        assert!(may.iter().all(|other| above.contains(other)), "the row of {name} names what does not stand above it");
    }
    let packages = packages();
    for package in &packages {
        let name = match text(package, "name") {
            // It stands in another's place.
            "crc-fast" => "crc-fast",
            name => name.strip_prefix("holdfast-").expect("all of ours are called holdfast-…"),
        };
        let row = MAY_IMPORT.iter().find(|(row, _)| *row == name);
        let (_, may) = row.unwrap_or_else(|| panic!("{name} has no row in MAY_IMPORT"));
        for other in dependencies(package).into_iter().filter_map(|other| other.strip_prefix("holdfast-")) {
            assert!(may.contains(&other), "{name} imports {other}, which its row in MAY_IMPORT does not allow");
        }
    }
    assert_eq!(packages.len(), MAY_IMPORT.len(), "a row of MAY_IMPORT names no crate");
}

#[test]
fn a_store_belongs_to_its_context() {
    let contexts: Vec<_> = fs::read_dir(root().join("functions")).unwrap().map(|entry| entry.unwrap().path()).collect();
    for context in &contexts {
        let own = context.file_name().unwrap().to_string_lossy();
        for (file, code) in sources(&context.join("src")) {
            // What is beside the code to test it may look behind the scenes.
            let code = code.split("#[cfg(test)]").next().unwrap_or_default();
            let others =
                contexts.iter().map(|other| other.file_name().unwrap().to_string_lossy()).filter(|name| *name != own);
            for other in others {
                let reaches = code.contains(&format!("holdfast_{other}::store"));
                assert!(!reaches, "{} reaches into the store of {other}", file.display());
            }
        }
    }
}

fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let all = entries.flat_map(|path| match path.is_dir() {
        true => sources(&path),
        false => vec![(path.clone(), fs::read_to_string(&path).unwrap_or_default())],
    });
    all.filter(|(path, _)| path.extension().is_some_and(|ending| ending == "rs")).collect()
}

#[test]
fn the_shop_is_built_on_its_foundations() {
    let packages = packages();
    let used: BTreeSet<_> = packages.iter().flat_map(dependencies).collect();
    for name in FOUNDATIONS {
        assert!(used.contains(name), "no crate depends on {name}");
    }
}

#[test]
fn the_root_holds_what_it_must_and_no_more() {
    // What git ignores is no part of the tree; a tree without git has nothing that git ignores but what was built.
    let git = Command::new("git").args(["ls-files"]).current_dir(root()).output();
    let tracked = git.ok().filter(|git| git.status.success()).map(|git| String::from_utf8(git.stdout).unwrap());
    let found: BTreeSet<String> = match tracked {
        Some(list) => list.lines().filter_map(|path| path.split('/').next()).map(str::to_owned).collect(),
        None => files(&root(), "").into_iter().filter(|name| name != "target").collect(),
    };
    let found: BTreeSet<_> =
        found.into_iter().filter(|name| !name.starts_with('.') && !name.starts_with("LICENSE")).collect();
    assert_eq!(found, ROOT.map(str::to_owned).into());
}

#[test]
fn every_function_has_its_bin_and_every_bin_its_function() {
    let blueprint = Shop::blueprint();
    let deployed: BTreeSet<_> = blueprint.stack().functions.iter().map(|function| function.bin.clone()).collect();
    let bins: BTreeSet<_> = bins().into_iter().map(|(name, _)| name).collect();
    let known: BTreeSet<_> = registry::functions().iter().map(|function| function.name().to_owned()).collect();
    assert_eq!(deployed, bins, "left: template.yaml, right: functions/*/src/bin");
    assert_eq!(known, bins, "left: the registry of infra/local, right: functions/*/src/bin");
}

#[test]
fn a_name_has_three_casings() {
    for function in &Shop::blueprint().stack().functions {
        let words = function.bin.split('-').map(|word| {
            let (first, rest) = word.split_at(1);
            first.to_uppercase() + rest
        });
        let wanted = words.collect::<String>() + "Function";
        // One bin may serve several functions: the relay stands at every table's stream.
        let one_of_several = function.bin == "event-relay";
        assert!(function.logical_id == wanted || one_of_several, "{} is called {}", function.bin, function.logical_id);
    }
}

#[test]
fn a_bin_is_three_lines() {
    for (name, file) in bins() {
        let source = fs::read_to_string(&file).unwrap();
        let code: Vec<_> = source.lines().filter(|line| !line.is_empty() && !line.starts_with("//!")).collect();
        assert!(source.starts_with("//! "), "{name} does not say what it is");
        assert!(code.len() == 3 && code[0].starts_with("fn main()"), "{name} does more than to run its function");
    }
}

#[test]
fn every_function_has_a_sample_event() {
    let samples = files(&root().join("events"), ".json");
    let bins: BTreeSet<_> = bins().into_iter().map(|(name, _)| name).collect();
    let missing: Vec<_> = bins.difference(&samples).collect();
    assert!(missing.is_empty(), "events/ has no sample for {missing:?}");
    let strange: Vec<_> = samples.difference(&bins).collect();
    assert!(strange.is_empty(), "events/ has samples for what is no function: {strange:?}");
}
