//! The binary as its user meets it: what it prints, how it refuses, how it ends, and what it still knows afterwards.

#![expect(clippy::unwrap_used, reason = "a test may fail where it is surprised, its helpers too")]

mod process {
    pub(super) mod host;
}

use std::collections::BTreeSet;
use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use process::host::{Folder, Host, Settings, TEMPLATE};

const PASSWORD: &str = "correct horse battery";

fn register(host: &Host, email: &str) -> bool {
    let body = json!({"email": email, "password": PASSWORD, "name": "Ada Lovelace"});
    host.try_post("/v1/auth/register", None, &body).is_ok_and(|answer| answer.status == 202)
}

fn token(host: &Host, email: &str, password: &str) -> String {
    let answer = host.post("/v1/auth/login", None, &json!({"email": email, "password": password}));
    assert_eq!(answer.status, 200, "{email}: {}", answer.body);
    answer.json()["access_token"].as_str().unwrap().to_owned()
}

/// Whom mails have gone to.
fn mailed(host: &Host) -> BTreeSet<String> {
    let mails = host.get("/dev/mail.json", None).json();
    let to = |mail: &Value| mail["to"][0].as_str().unwrap().to_owned();
    mails["items"].as_array().unwrap().iter().map(to).collect()
}

#[test]
fn a_first_start_says_where_everything_is_and_it_is_there() {
    let folder = Folder::new();
    let host = Host::start(Settings::new(&folder));
    let base = format!("http://127.0.0.1:{}", host.port());
    let row = |name: &str| {
        let row = host.table().lines().find_map(|line| line.trim_start().strip_prefix(name));
        row.unwrap_or_else(|| panic!("no {name} in {}", host.table())).trim().to_owned()
    };
    assert_eq!(
        [row("API"), row("Docs"), row("Mailbox")],
        [&base[..], &format!("{base}/docs"), &format!("{base}/dev/mail")]
    );
    assert_eq!(host.get("/health", None).json()["status"], "up");
    for page in ["/docs", "/dev/mail"] {
        let page = host.get(page, None);
        assert!(page.status == 200 && page.body.starts_with("<!doctype html>"), "{} {}", page.status, page.body);
    }

    let password = row("Accounts, password");
    let roles = [
        ("customer@demo.test", json!([])),
        ("admin@demo.test", json!(["admin"])),
        ("support@demo.test", json!(["support"])),
        ("warehouse@demo.test", json!(["warehouse"])),
        ("catalog@demo.test", json!(["catalog"])),
        ("analyst@demo.test", json!(["analyst"])),
    ];
    for (email, roles) in roles {
        assert!(!row(email).is_empty(), "who that is");
        let token = token(&host, email, &password);
        assert_eq!(host.get("/v1/me", Some(&token)).json()["roles"], roles, "{email}");
    }
}

#[test]
fn a_shop_can_begin_empty() {
    let folder = Folder::new();
    let host = Host::start(Settings::new(&folder).with("HOLDFAST_SEED", "empty"));
    assert!(!host.table().contains("demo.test"), "{}", host.table());
    let body = json!({"email": "admin@demo.test", "password": "holdfast-demo"});
    assert_eq!(host.post("/v1/auth/login", None, &body).status, 401);
}

#[test]
fn what_is_wrong_is_one_line_and_no_success() {
    let folder = Folder::new();
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    // Whoever runs this may write to every folder: a file is none.
    let file = folder.file("a-file", "");
    let text = fs::read_to_string(TEMPLATE).unwrap();
    let before = text.lines().position(|line| line == "Resources:").unwrap();
    let odd = text.replacen("\nResources:\n", "\nResources:\n  Odd:\n    Type: AWS::Kinesis::Stream\n", 1);
    let odd = folder.file("odd.yaml", &odd);
    let broken = folder.file("broken.yaml", "Resources:\n  - [\n");
    // Lines count from one, and the resource begins at the next.
    let place = format!("odd.yaml:{}: ", before + 2);
    let cases: [(&str, &str, &[&str]); 9] = [
        ("HOLDFAST_PORT", &port, &["port", &port, "is in use"]),
        ("HOLDFAST_PORT", "65536", &["HOLDFAST_PORT", "65536"]),
        ("HOLDFAST_DATA", &file, &["a-file cannot be written to"]),
        ("HOLDFAST_TEMPLATE", &odd, &[&place, "AWS::Kinesis::Stream", "not supported"]),
        ("HOLDFAST_TEMPLATE", &broken, &["broken.yaml:"]),
        ("HOLDFAST_TEMPLATE", "missing.yaml", &["missing.yaml"]),
        ("HOLDFAST_SEED", "demos", &["HOLDFAST_SEED", "\"demos\"", "demo", "accounts", "empty"]),
        ("HOLDFAST_CHAOS", "duplicates,typo", &["HOLDFAST_CHAOS", "\"typo\"", "reorder"]),
        ("HOLDFAST_CHAOS_SEED", "-1", &["HOLDFAST_CHAOS_SEED", "\"-1\""]),
    ];
    for (name, value, said) in cases {
        let (code, stdout, stderr) = Settings::new(&folder).with(name, value).fail();
        assert!(code.is_some_and(|code| code != 0), "{name}={value} ended with {code:?}");
        assert_eq!((stdout.as_str(), stderr.lines().count()), ("", 1), "{name}={value} said {stdout}{stderr}");
        assert!(said.iter().all(|word| stderr.contains(word)), "{name}={value} said {stderr}");
    }
}

#[test]
fn a_folder_in_use_is_left_alone() {
    let folder = Folder::new();
    let host = Host::start(Settings::new(&folder).with("HOLDFAST_SEED", "empty"));
    let (code, _, stderr) = Settings::new(&folder).fail();
    assert!(code == Some(1) && stderr.contains("is in use by another run"), "{code:?} {stderr}");
    assert_eq!(host.get("/health", None).status, 200);
}

#[test]
fn ctrl_c_ends_it_well_and_soon() {
    for signal in ["INT", "TERM"] {
        let folder = Folder::new();
        let mut host = Host::start(Settings::new(&folder).with("HOLDFAST_SEED", "empty"));
        assert!(register(&host, "ada@example.test"));
        // A connection that nobody closes must not keep it.
        let _idle = host.connect().unwrap();
        host.signal(signal);
        assert_eq!(host.wait(Duration::from_secs(2)), Some(0), "SIG{signal}");
    }
}

/// Mails are held back by up to half a minute, so that some are still in their queue when the power goes.
#[test]
fn what_was_acknowledged_outlives_kill_9() {
    let folder = Folder::new();
    let slow = |settings: Settings| settings.with("HOLDFAST_CHAOS", "delay").with("HOLDFAST_CHAOS_SEED", "7");
    let mut host = Host::start(slow(Settings::new(&folder)));
    let admin = token(&host, "admin@demo.test", "holdfast-demo");

    let mut acknowledged = Vec::new();
    let held = (0..60).find_map(|nth| {
        let email = format!("early-{nth}@example.test");
        assert!(register(&host, &email));
        acknowledged.push(email.clone());
        host.settle();
        (!mailed(&host).contains(&email)).then_some(email)
    });
    let held = held.expect("a mail that is held back");

    // Writers go on until nobody answers any more; the process ends in their midst.
    let (done, named, stop) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicBool::new(false));
    let written: Vec<Vec<String>> = thread::scope(|scope| {
        let (host, done, named, admin, stop) = (&host, &done, &named, &admin, &stop);
        let writers: Vec<_> = (0..3)
            .map(|writer| {
                scope.spawn(move || {
                    let emails = (0..).map(|nth| format!("load-{writer}-{nth}@example.test"));
                    let taken = emails.take_while(|email| !stop.load(Ordering::SeqCst) && register(host, email));
                    taken.inspect(|_| _ = done.fetch_add(1, Ordering::SeqCst)).collect()
                })
            })
            .collect();
        scope.spawn(move || {
            for nth in 1.. {
                let body = json!({"name": format!("Ada {nth}")});
                match host.try_patch("/v1/me", Some(admin), &body) {
                    Ok(answer) if answer.status == 200 => named.store(nth, Ordering::SeqCst),
                    _ => return,
                }
            }
        });
        for _ in 0..5_000 {
            if done.load(Ordering::SeqCst) >= 12 && named.load(Ordering::SeqCst) >= 12 {
                break;
            }
            thread::sleep(Duration::from_millis(2));
        }
        host.signal("KILL");
        stop.store(true, Ordering::SeqCst);
        writers.into_iter().map(|writer| writer.join().unwrap()).collect()
    });
    assert_eq!(host.wait(Duration::from_secs(2)), None, "a signal ended it");
    acknowledged.extend(written.into_iter().flatten());
    assert!(acknowledged.len() >= 12, "writes were going on: {acknowledged:?}");

    let host = Host::start(Settings::new(&folder).with("HOLDFAST_PORT", &host.port().to_string()));
    assert!(!mailed(&host).contains(&held), "the mail is still in its queue");
    let name = host.get("/v1/me", Some(&admin)).json()["name"].as_str().unwrap().to_owned();
    let last: usize = name.strip_prefix("Ada ").unwrap().parse().unwrap();
    // The one write whose answer was not heard may have happened.
    let named = named.load(Ordering::SeqCst);
    assert!(last == named || last == named + 1, "{last} after {named}");
    for email in &acknowledged {
        let found = host.get(&format!("/v1/admin/users/exists?email={email}"), Some(&admin)).json();
        assert_eq!(found["exists"], true, "{email}");
    }
    // What the consumer had in its hands is seen again once the queue's visibility timeout is over.
    host.post("/dev/clock", None, &json!({"advance_seconds": 180}));
    host.settle();
    let mailed = mailed(&host);
    let missing: Vec<_> = acknowledged.iter().filter(|email| !mailed.contains(*email)).collect();
    assert!(missing.is_empty(), "no mail to {missing:?}");
}

#[test]
fn a_token_ends_at_its_second() {
    let folder = Folder::new();
    let host = Host::start(Settings::new(&folder));
    // Tokens count in whole seconds, and this clock runs: what follows fits into the rest of one.
    let advance = |seconds: u64| -> String {
        let now = host.post("/dev/clock", None, &json!({"advance_seconds": seconds})).json();
        now["now"].as_str().unwrap().to_owned()
    };
    for _ in 0..5_000 {
        let now = advance(0);
        let fraction = now.split_once('.').map_or("", |(_, fraction)| fraction);
        if fraction.starts_with("00") || fraction.starts_with("01") {
            break;
        }
        thread::sleep(Duration::from_millis(1));
    }
    let token = token(&host, "customer@demo.test", "holdfast-demo");
    advance(899);
    assert_eq!(host.get("/v1/me", Some(&token)).status, 200);
    advance(1);
    assert_eq!(host.get("/v1/me", Some(&token)).status, 401);
}
