//! A shop that is deployed: to an AWS on this machine, which is asked over HTTP.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use holdfast_core::{Ambient, Timestamp};
use holdfast_local::{Blueprint, Bytes, Channel, Mail};
use holdfast_runtime::{Aws, Env, Init, Telemetry};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// The clock of a shop that is away is the world's own: so long is waited for, and no longer.
const LONGEST_WAIT: Duration = Duration::from_secs(90);
/// The background has so long to come to rest.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks at it.
const PAUSE: Duration = Duration::from_millis(100);

/// Where a deployed shop is.
#[derive(Clone, Debug)]
pub struct Away {
    /// Where AWS is.
    pub aws: SocketAddr,
    /// What the API is called there.
    pub host: String,
    /// What it was deployed from, as its stage has it.
    pub blueprint: Blueprint,
}

impl Away {
    /// A request to the API, or to whatever else an absolute URL names.
    pub(crate) async fn send(&self, request: Request<Bytes>) -> Response<Bytes> {
        let (to, host) = match request.uri().authority() {
            Some(authority) => (self.aws, authority.to_string()),
            None => (self.aws, self.host.clone()),
        };
        asked(to, &host, request).await.unwrap_or_else(|error| panic!("{host} does not answer: {error}"))
    }

    /// Asks the AWS itself.
    fn own(&self, method: &str, path: &str) -> Value {
        let request = Request::builder().method(method).uri(path).body(Bytes::new());
        let request = request.unwrap_or_else(|error| panic!("{path}: {error}"));
        let answer = asked_now(self.aws, &self.aws.to_string(), &request);
        let answer = answer.unwrap_or_else(|error| panic!("{path} does not answer: {error}"));
        serde_json::from_slice(answer.body()).unwrap_or_else(|error| panic!("{path}: {error}: {:?}", answer.body()))
    }

    /// Forgets all that was kept: the next story begins.
    pub fn clean(&self) {
        self.own("POST", "/_holdfast/clean");
    }

    /// Waits until streams, queues and functions are at rest, twice in a row.
    pub(crate) async fn settle(&self) {
        let (mut quiet, mut waited) = (0, Duration::ZERO);
        while quiet < 2 {
            let busy = self.own("GET", "/_holdfast/idle");
            quiet = if busy["busy"].as_array().is_some_and(Vec::is_empty) { quiet + 1 } else { 0 };
            assert!(waited < PATIENCE, "after {PATIENCE:?} still at work: {}", busy["busy"]);
            waited += PAUSE;
            rest(PAUSE).await;
        }
    }

    /// Lets time pass, as it does.
    #[track_caller]
    pub(crate) fn advance(&self, by: Duration) {
        assert!(by <= LONGEST_WAIT, "{by:?} do not pass in a deployed shop: such a story stands in tests/src/away.rs");
        std::thread::sleep(by);
    }

    pub(crate) fn mails(&self) -> Vec<Mail> {
        let told = self.own("GET", "/_ministack/ses/messages");
        let accounts = told["messages"].as_object().into_iter().flat_map(|accounts| accounts.values());
        accounts.flat_map(|mails| mails.as_array().into_iter().flatten()).map(mail).collect()
    }

    /// What template.yaml gives a function.
    pub(crate) fn environment(&self, function: &str) -> Option<BTreeMap<String, String>> {
        let spec = self.blueprint.stack().functions.iter().find(|spec| spec.bin == function)?;
        Some(spec.environment.clone().into_iter().collect())
    }

    /// A start in a function's environment, for what an operator does.
    pub(crate) fn operator(&self, function: &str) -> Option<Init> {
        let environment = self.environment(function)?;
        let own = [
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", "test".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
            ("AWS_ENDPOINT_URL", format!("http://{}", self.aws)),
        ];
        let own = own.into_iter().map(|(name, value)| (name.to_owned(), value));
        let env: Env = environment.into_iter().chain(own).collect();
        let aws = Aws::lambda(&env).unwrap_or_else(|error| panic!("{function}: {error}"));
        let ambient = Ambient::system();
        let telemetry = Telemetry::silent(&env, ambient.clone());
        Some(Init { aws, env, ambient, internet: None, telemetry })
    }
}

async fn rest(pause: Duration) {
    holdfast_core::Clock::sleep(&holdfast_core::SystemClock, pause).await;
}

fn mail(told: &Value) -> Mail {
    let text = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
    let to = told["To"].as_array().into_iter().flatten();
    Mail {
        id: text("MessageId"),
        at: Timestamp::UNIX_EPOCH,
        channel: Channel::Email,
        from: text("Source"),
        to: to.filter_map(Value::as_str).map(str::to_owned).collect(),
        subject: text("Subject"),
        text: text("BodyText"),
        html: told["BodyHtml"].as_str().map(str::to_owned),
        tags: BTreeMap::new(),
        headers: BTreeMap::new(),
    }
}

/// One request, one connection.
async fn asked(to: SocketAddr, host: &str, request: Request<Bytes>) -> io::Result<Response<Bytes>> {
    let mut stream = tokio::net::TcpStream::connect(to).await?;
    stream.set_nodelay(true)?;
    stream.write_all(&written(host, &request)).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    read(&answer)
}

/// The same for those who cannot wait otherwise.
fn asked_now(to: SocketAddr, host: &str, request: &Request<Bytes>) -> io::Result<Response<Bytes>> {
    let mut stream = std::net::TcpStream::connect(to)?;
    io::Write::write_all(&mut stream, &written(host, request))?;
    let mut answer = Vec::new();
    io::Read::read_to_end(&mut stream, &mut answer)?;
    read(&answer)
}

fn written(host: &str, request: &Request<Bytes>) -> Vec<u8> {
    let path = request.uri().path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    let mut bytes =
        format!("{} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n", request.method()).into_bytes();
    for (name, value) in request.headers().iter().filter(|(name, _)| **name != http::header::HOST) {
        bytes.extend_from_slice(name.as_str().as_bytes());
        bytes.extend_from_slice(b": ");
        bytes.extend_from_slice(value.as_bytes());
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(format!("content-length: {}\r\n\r\n", request.body().len()).as_bytes());
    bytes.extend_from_slice(request.body());
    bytes
}

fn read(answer: &[u8]) -> io::Result<Response<Bytes>> {
    let broken = |what: &str| io::Error::other(what.to_owned());
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").ok_or_else(|| broken("no answer"))?;
    let text = String::from_utf8_lossy(&answer[..end]);
    let mut lines = text.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse::<u16>().ok());
    let status = status.and_then(|status| StatusCode::from_u16(status).ok()).ok_or_else(|| broken(&text))?;
    let mut headers = HeaderMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value.trim())) {
            headers.append(name, value);
        }
    }
    let body = &answer[end + 4..];
    let chunked = headers.get(http::header::TRANSFER_ENCODING).is_some_and(|coding| coding == "chunked");
    let body = if chunked { whole(body).ok_or_else(|| broken("a broken chunk"))? } else { body.to_vec() };
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}

/// The body that came in chunks.
fn whole(mut chunks: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = chunks.windows(2).position(|bytes| bytes == b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(&chunks[..line]).ok()?.trim(), 16).ok()?;
        chunks = chunks.get(line + 2..)?;
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(chunks.get(..size)?);
        chunks = chunks.get(size + 2..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_put_together() {
        assert_eq!(whole(b"4\r\nWiki\r\n5\r\npedia\r\n0\r\n\r\n").unwrap(), b"Wikipedia");
        assert_eq!(whole(b"4\r\nWi"), None);
    }
}
