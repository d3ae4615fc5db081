use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::thread;

use aws_types::SdkConfig;
use holdfast_core::Ambient;

use super::*;
use crate::aws::Aws;
use crate::env::Env;
use crate::telemetry::Telemetry;

const PATIENCE: Duration = Duration::from_secs(5);

fn init() -> Init {
    let env = Env::default();
    let aws = Aws::over(SdkConfig::builder().build(), env.clone());
    let telemetry = Telemetry::silent(&env, Ambient::system());
    Init { env, aws, ambient: Ambient::system(), internet: None, telemetry }
}

fn get(url: &str) -> Request<Bytes> {
    Request::get(url).body(Bytes::new()).unwrap()
}

/// A server that answers one connection after the other with this, and says how often it did.
fn server(answer: Vec<u8>) -> (String, std::sync::mpsc::Receiver<String>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (heard, hears) = std::sync::mpsc::channel();
    thread::spawn(move || {
        for connection in listener.incoming() {
            let (mut connection, mut request) = (connection.unwrap(), [0; 4096]);
            let length = connection.read(&mut request).unwrap();
            heard.send(String::from_utf8_lossy(&request[..length]).into_owned()).unwrap();
            // Whoever has enough hangs up.
            drop(connection.write_all(&answer));
        }
    });
    (url, hears)
}

fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n", body.len());
    [head.as_bytes(), body].concat()
}

#[tokio::test]
async fn a_request_is_sent_as_it_is_and_its_answer_read() {
    let (url, heard) = server(answer("201 Created", "x-mark: 1\r\n", b"done"));
    let request = Request::post(format!("{url}/a?b=c")).header("x-own", "2").body(Bytes::from_static(b"sent")).unwrap();
    let answer = Web::open(&init()).unwrap().send(request, PATIENCE).await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.body().as_ref()), (201, b"done".as_slice()));
    assert_eq!(answer.headers()["x-mark"], "1");
    let request = heard.recv().unwrap();
    assert!(request.starts_with("POST /a?b=c HTTP/1.1\r\n") && request.contains("x-own: 2\r\n"), "{request}");
    assert!(request.contains("content-length: 4\r\n") && request.ends_with("\r\n\r\nsent"), "{request}");
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_not_followed() {
    let (url, heard) = server(answer("302 Found", "location: /elsewhere\r\n", b""));
    let answer = Web::open(&init()).unwrap().send(get(&url), PATIENCE).await.unwrap();
    assert_eq!(answer.status(), 302);
    assert!(heard.recv().unwrap().starts_with("GET / "));
    assert!(heard.recv_timeout(Duration::from_millis(100)).is_err());
}

#[tokio::test]
async fn of_an_answer_that_is_too_long_the_start_is_read() {
    for (length, read) in [(ANSWER_LIMIT, ANSWER_LIMIT), (ANSWER_LIMIT + 1, ANSWER_LIMIT)] {
        let (url, _heard) = server(answer("200 OK", "", &vec![b'x'; length]));
        let answer = Web::open(&init()).unwrap().send(get(&url), PATIENCE).await.unwrap();
        assert_eq!(answer.body().len(), read);
    }
}

#[tokio::test]
async fn a_silent_server_times_out_and_one_that_hangs_up_is_broken() {
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let web = Web::open(&init()).unwrap();
    assert_eq!(web.send(get(&url), Duration::from_millis(50)).await.unwrap_err(), WebError::TimedOut);
    let (url, _heard) = server(Vec::new());
    assert!(matches!(web.send(get(&url), PATIENCE).await, Err(WebError::Broken(_))));
    drop(silent);
    let url = format!("http://127.0.0.1:{}", free_port());
    assert!(matches!(web.send(get(&url), PATIENCE).await, Err(WebError::Broken(_))));
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

#[tokio::test]
async fn the_public_way_leads_by_https_to_public_addresses_only() {
    let web = Web::public_only(&init()).unwrap();
    let (url, heard) = server(answer("200 OK", "", b""));
    let port = url.rsplit(':').next().unwrap();
    for url in [
        format!("http://localhost:{port}/"),
        format!("https://localhost:{port}/"),
        format!("https://127.0.0.1:{port}/"),
        format!("https://[::1]:{port}/"),
        format!("https://[::ffff:127.0.0.1]:{port}/"),
        format!("https://user@127.0.0.1:{port}/"),
        "/nowhere".to_owned(),
        "http://example.com/".to_owned(),
        "https://169.254.169.254/latest/meta-data/".to_owned(),
    ] {
        let outcome = web.send(get(&url), PATIENCE).await;
        assert!(matches!(outcome, Err(WebError::Refused(_))), "{url}: {outcome:?}");
    }
    // The system's resolver would take these for 127.0.0.1. They are no names that a certificate could have.
    for host in ["127.1", "2130706433", "0x7f000001"] {
        assert!(web.send(get(&format!("https://{host}:{port}/")), PATIENCE).await.is_err(), "{host}");
    }
    assert!(heard.try_recv().is_err());
}

/// Names that lead where a test says.
#[derive(Clone, Debug)]
struct Names(Vec<IpAddr>);

impl ResolveDns for Names {
    fn resolve_dns<'a>(&'a self, _: &'a str) -> DnsFuture<'a> {
        DnsFuture::ready(Ok(self.0.clone()))
    }
}

#[tokio::test]
async fn one_address_that_is_not_public_spoils_a_name() {
    let names = |addresses: &[&str]| {
        let addresses = addresses.iter().map(|address| address.parse().unwrap()).collect();
        PublicNames(SharedDnsResolver::new(Names(addresses)))
    };
    assert_eq!(names(&["8.8.8.8"]).resolve_dns("x").await.unwrap().len(), 1);
    for addresses in [&["10.0.0.1"][..], &["8.8.8.8", "10.0.0.1"], &["::1", "2606:4700:4700::1111"]] {
        let refused = names(addresses).resolve_dns("x").await.unwrap_err();
        assert_eq!(refusal(&refused), Some(&NotPublic), "{addresses:?}");
    }
}
