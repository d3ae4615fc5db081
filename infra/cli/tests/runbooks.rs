//! Each alarm has its page, each page its alarm, and what a page tells to type can be typed.

#![expect(clippy::unwrap_used, reason = "a test may fail where it is surprised, its helpers too")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use holdfast_cli::Asked;

fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// The pages, by name.
fn pages() -> BTreeMap<String, String> {
    let files = fs::read_dir(root().join("docs/runbooks")).unwrap().map(|file| file.unwrap().path());
    files
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap()))
        .collect()
}

/// The template's alarms, each with the page that its description names.
fn alarms() -> BTreeMap<String, String> {
    let text = fs::read_to_string(root().join("template.yaml")).unwrap();
    let (mut alarms, mut name, mut is_alarm) = (BTreeMap::new(), "", false);
    for line in text.lines() {
        match line.strip_prefix("  ").filter(|line| !line.starts_with([' ', '#'])) {
            Some(resource) => (name, is_alarm) = (resource.trim_end_matches(':'), false),
            None => is_alarm |= line.trim() == "Type: AWS::CloudWatch::Alarm",
        }
        if is_alarm && let Some(description) = line.trim().strip_prefix("AlarmDescription: ") {
            let page = description.rsplit("docs/runbooks/").next().unwrap_or_default();
            alarms.insert(name.to_owned(), page.to_owned());
        }
    }
    alarms
}

#[test]
fn each_alarm_has_its_page_and_each_page_its_alarm() {
    let (alarms, pages) = (alarms(), pages());
    assert!(alarms.len() >= 9, "{alarms:?}");
    let mut named = BTreeSet::new();
    for (page, text) in &pages {
        let of = text.lines().find_map(|line| line.strip_prefix("**Alarm.** "));
        let when = text.lines().any(|line| line.starts_with("**When.**"));
        assert!(of.is_some() != when, "{page} says which alarm it is about, or when it is followed");
        for alarm in of.unwrap_or_default().split(", ").filter(|alarm| !alarm.is_empty()) {
            let alarm = alarm.trim_matches('`');
            assert_eq!(alarms.get(alarm), Some(page), "{page} is about {alarm}, whose page it is not");
            named.insert(alarm.to_owned());
        }
    }
    let all: BTreeSet<String> = alarms.keys().cloned().collect();
    assert_eq!(named, all, "alarms without a page");
}

#[test]
fn what_a_page_tells_to_ask_can_be_asked() {
    let mut asked = 0;
    for (page, text) in pages() {
        let code = text.lines().filter_map(|line| line.trim().strip_prefix("holdfast "));
        for line in code {
            let line = line.split('#').next().unwrap_or_default().replace("$STAGE", "prod");
            let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
            assert!(Asked::parse(&words).is_ok(), "{page}: holdfast {line}");
            asked += 1;
        }
    }
    assert!(asked >= 6, "{asked}");
}

#[test]
fn pages_lead_to_pages_and_logs_that_are_there() {
    let template = fs::read_to_string(root().join("template.yaml")).unwrap();
    let pages = pages();
    for (page, text) in &pages {
        for link in
            text.split("](").skip(1).filter_map(|rest| rest.split(')').next()).filter(|link| link.ends_with(".md"))
        {
            assert!(pages.contains_key(link), "{page} leads to {link}");
        }
        for group in text.split("aws logs tail /holdfast/$STAGE/").skip(1) {
            let group: String = group.chars().take_while(|letter| letter.is_ascii_lowercase()).collect();
            let known = group.is_empty() || template.contains(&format!("/holdfast/${{Stage}}/{group}\""));
            assert!(known, "{page} reads the log group {group}");
        }
    }
}
