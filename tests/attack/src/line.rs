//! HTTP/1.1 over a connection that is kept open.

use std::io;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// No answer is longer, in bytes.
const LONGEST: usize = 8 * 1024 * 1024;

/// Where a shop is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// What it is called: `127.0.0.1:8080`.
    host: String,
    /// Where to connect to.
    address: String,
}

impl Place {
    /// Reads a base URL.
    pub fn parse(base: &str) -> Result<Self, String> {
        let host = base.trim_end_matches('/').strip_prefix("http://");
        let host = host.filter(|host| !host.is_empty() && !host.contains('/'));
        let host = host.ok_or_else(|| format!("{base} is not http://HOST or http://HOST:PORT"))?;
        let address = if host.contains(':') { host.to_owned() } else { format!("{host}:80") };
        Ok(Self { host: host.to_owned(), address })
    }

    /// A port of this machine.
    pub fn here(port: u16) -> Self {
        let host = format!("127.0.0.1:{port}");
        Self { address: host.clone(), host }
    }
}

/// What was answered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body, as it came.
    pub text: String,
}

impl Answer {
    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// A problem's code; empty when it has none.
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }
}

/// A connection, kept open.
#[derive(Debug)]
pub struct Line {
    stream: TcpStream,
    host: String,
}

impl Line {
    /// Connects.
    pub async fn open(place: &Place) -> io::Result<Self> {
        let stream = TcpStream::connect(&place.address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, host: place.host.clone() })
    }

    /// POST, which has to be answered so.
    pub async fn posts(&mut self, path: &str, headers: &str, body: &Value, status: u16) -> io::Result<Value> {
        let headers = format!("content-type: application/json\r\n{headers}");
        self.asks("POST", path, &headers, &body.to_string(), status).await
    }

    /// GET, which has to be answered with 200.
    pub async fn gets(&mut self, path: &str, headers: &str) -> io::Result<Value> {
        self.asks("GET", path, headers, "", 200).await
    }

    /// Any request, which has to be answered so, with JSON.
    pub async fn asks(
        &mut self,
        method: &str,
        path: &str,
        headers: &str,
        body: &str,
        status: u16,
    ) -> io::Result<Value> {
        let answer = self.sends(method, path, headers, body).await?;
        if answer.status != status {
            return Err(io::Error::other(format!("{method} {path} was answered {}: {}", answer.status, answer.text)));
        }
        Ok(serde_json::from_str(&answer.text)?)
    }

    /// Any request. Each header ends with a line's end.
    pub async fn sends(&mut self, method: &str, path: &str, headers: &str, body: &str) -> io::Result<Answer> {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\n{headers}content-length: {}\r\n\r\n{body}",
            self.host,
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await?;
        self.hears().await
    }

    /// Reads one answer to its end.
    async fn hears(&mut self) -> io::Result<Answer> {
        let (mut heard, mut buffer, mut whole) = (Vec::new(), [0; 16_384], None);
        loop {
            let read = self.stream.read(&mut buffer).await?;
            if read == 0 {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the host hung up"));
            }
            heard.extend_from_slice(buffer.get(..read).unwrap_or_default());
            if whole.is_none() {
                whole = head(&heard);
            }
            match whole {
                Some((status, from, length)) if heard.len() >= from + length => {
                    let body = heard.get(from..from + length).unwrap_or_default();
                    return Ok(Answer { status, text: String::from_utf8_lossy(body).into_owned() });
                }
                Some(_) | None if heard.len() > LONGEST => return Err(io::Error::other("an answer without an end")),
                Some(_) | None => {}
            }
        }
    }
}

/// Of an answer whose head is there: its status, where its body begins, and how long that is.
fn head(heard: &[u8]) -> Option<(u16, usize, usize)> {
    let end = heard.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(heard.get(..end)?).ok()?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    Some((status, end + 4, length.unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_is_a_host() {
        for base in ["http://127.0.0.1:8080", "http://127.0.0.1:8080/"] {
            assert_eq!(Place::parse(base).unwrap(), Place::here(8080));
        }
        assert_eq!(Place::parse("http://shop.test").unwrap().address, "shop.test:80");
        for wrong in ["127.0.0.1:8080", "https://shop.test", "http://", "http://shop.test/stage"] {
            assert!(Place::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_head_says_how_long_its_body_is() {
        let heard = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}";
        assert_eq!(head(heard), Some((201, heard.len() - 2, 2)));
        assert_eq!(head(b"HTTP/1.1 204 No Content\r\n\r\n"), Some((204, 27, 0)));
        assert_eq!(head(b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n"), None);
    }
}
