//! The README's tour: each command is run against the local host as it stands there, and must print what stands there.
//!
//! The commands are read by a reader of just the shell that the tour uses, so that the test needs neither bash nor curl.

#![expect(clippy::unwrap_used, reason = "a test may fail where it is surprised, its helpers too")]

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use holdfast_local::{Background, Options, World};
use holdfast_testing::Shop;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

struct Step {
    command: String,
    expected: Vec<String>,
}

/// The commands of the README's console blocks, with what they print.
fn steps() -> Vec<Step> {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).unwrap();
    let mut steps: Vec<Step> = Vec::new();
    for block in readme.split("```console\n").skip(1) {
        for line in block.split("```").next().unwrap().lines() {
            match line.strip_prefix("$ ") {
                Some(command) => steps.push(Step { command: command.to_owned(), expected: Vec::new() }),
                None => steps.last_mut().unwrap().expected.push(line.to_owned()),
            }
        }
    }
    steps
}

/// Splits a command into words as the shell does: quotes, escapes and variables.
fn words(command: &str, variables: &BTreeMap<String, String>) -> Vec<String> {
    let (mut words, mut word, mut begun) = (Vec::new(), String::new(), false);
    let mut rest = command.chars().peekable();
    let mut quote = None;
    while let Some(letter) = rest.next() {
        match (letter, quote) {
            ('\'', None) | ('"', None) => (quote, begun) = (Some(letter), true),
            (_, Some(open)) if letter == open => quote = None,
            ('\\', None | Some('"')) => word.extend(rest.next()),
            ('$', None | Some('"')) => {
                let mut name = String::new();
                while let Some(letter) = rest.next_if(|letter| letter.is_ascii_alphabetic()) {
                    name.push(letter);
                }
                word.push_str(variables.get(&name).unwrap_or_else(|| panic!("${name} is not set")));
                begun = true;
            }
            (' ', None) => {
                if begun {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            _ => {
                word.push(letter);
                begun = true;
            }
        }
    }
    if begun {
        words.push(word);
    }
    words
}

/// curl, as far as the tour uses it.
async fn curl(arguments: &[String]) -> String {
    let (mut method, mut body, mut headers, mut head, mut url) = (None, None, String::new(), false, String::new());
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "-s" => {}
            "-si" => head = true,
            "-X" => method = arguments.next().cloned(),
            "-H" => headers += &format!("{}\r\n", arguments.next().unwrap()),
            "--json" => {
                body = arguments.next().cloned();
                headers += "content-type: application/json\r\naccept: application/json\r\n";
            }
            "-d" => {
                body = arguments.next().cloned();
                headers += "content-type: application/x-www-form-urlencoded\r\n";
            }
            other => url = other.to_owned(),
        }
    }
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let method = method.unwrap_or_else(|| if body.is_some() { "POST" } else { "GET" }.to_owned());
    let body = body.unwrap_or_default();
    let length = body.len();
    let request = format!(
        "{method} /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    );
    let mut stream = TcpStream::connect(host).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    if head { answer } else { answer.split_once("\r\n\r\n").unwrap().1.to_owned() }
}

/// A command's output through the filter behind it.
fn filtered(output: &str, filter: &str, variables: &BTreeMap<String, String>) -> String {
    let filter = words(filter, variables);
    match filter.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["field", name] => {
            output.split(&format!("\"{name}\":\"")).nth(1).unwrap().split('"').next().unwrap().to_owned()
        }
        ["code"] => {
            let code = output.split("token=").nth(1).unwrap();
            code.chars().take_while(|letter| letter.is_ascii_alphanumeric() || "._-".contains(*letter)).collect()
        }
        ["head", "-1"] => output.lines().next().unwrap_or_default().to_owned(),
        ["grep", "-i", text] => {
            output.lines().filter(|line| line.to_lowercase().contains(text)).collect::<Vec<_>>().join("\n")
        }
        other => panic!("the tour has a filter that this test does not know: {other:?}"),
    }
}

/// Whether a line is what stands in the README, where `…` stands for anything.
fn is(expected: &str, line: &str) -> bool {
    let mut parts = expected.split('…');
    let Some(mut rest) = parts.next().and_then(|first| line.strip_prefix(first)) else { return false };
    let mut last = None;
    for part in parts {
        last = Some(part);
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.is_empty() || last.is_some_and(|last| last.is_empty() || line.ends_with(last))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tour_is_true() {
    let world = World::start(Options::simulated(Shop::blueprint(), 1)).unwrap();
    holdfast_local::seed::demo(&world).await.unwrap();
    let background = Background::start(&world);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(holdfast_local::serve(world.clone(), listener, async { drop(stopped.await) }));

    let mut variables = BTreeMap::new();
    let steps = steps();
    assert!(steps.len() >= 15, "the tour is there: {}", steps.len());
    for Step { command, expected } in steps {
        if command.contains("() {") {
            continue;
        }
        if let Some(address) = command.strip_prefix("SHOP=") {
            assert_eq!(address, "http://127.0.0.1:8080");
            variables.insert("SHOP".to_owned(), format!("http://127.0.0.1:{port}"));
            continue;
        }
        let assigned = command.split_once("=$(").map(|(name, rest)| (name.to_owned(), rest.strip_suffix(')').unwrap()));
        let line = assigned.as_ref().map_or(command.as_str(), |(_, inner)| *inner);
        let (call, filter) = line.split_once(" | ").map_or((line, None), |(call, filter)| (call, Some(filter)));
        let call = words(call, &variables);
        assert_eq!(call[0], "curl", "{command}");
        let output = curl(&call[1..]).await;
        let output = filter.map_or(output.clone(), |filter| filtered(&output, filter, &variables));
        match assigned {
            Some((name, _)) => drop(variables.insert(name, output)),
            None => {
                let printed: Vec<&str> = output.lines().collect();
                let same = printed.len() == expected.len() && expected.iter().zip(&printed).all(|(a, b)| is(a, b));
                assert!(same, "$ {command}\nthe README says\n{expected:#?}\nand the shop\n{printed:#?}");
            }
        }
    }
    stop.send(()).unwrap();
    serving.await.unwrap().unwrap();
    background.stop().await;
}

#[test]
fn dots_stand_for_anything_and_nothing_else_does() {
    assert!(is("a…c", "abc") && is("a…c…", "abcd") && is("abc", "abc") && is("…", "anything") && is("a…a", "a1a2a"));
    assert!(!is("a…c", "abd") && !is("abc", "abcd") && !is("ab…", "b") && !is("a…c…e", "ace f"));
}
