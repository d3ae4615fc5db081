//! HTTP to this machine, a connection a request: what the parts of a shop that are elsewhere are asked by.

use std::io;
use std::net::SocketAddr;

use axum::body::Bytes;
use http::header::{CONTENT_LENGTH, HOST};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// One request, one connection.
pub async fn asked(to: SocketAddr, host: &str, request: Request<Bytes>) -> io::Result<Response<Bytes>> {
    let mut stream = tokio::net::TcpStream::connect(to).await?;
    stream.set_nodelay(true)?;
    stream.write_all(&written(host, &request)).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    read(&answer)
}

/// The same for those who cannot wait otherwise.
pub fn asked_now(to: SocketAddr, host: &str, request: &Request<Bytes>) -> io::Result<Response<Bytes>> {
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
    // What is said of the host and of the length is said here.
    let own = [HOST, CONTENT_LENGTH];
    for (name, value) in request.headers().iter().filter(|(name, _)| !own.contains(name)) {
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
