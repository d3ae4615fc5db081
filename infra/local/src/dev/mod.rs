//! What is local only, under /dev: the status page, the mailbox and the pages that its links lead to, what the distribution shows of a bucket,
//! the payment gateway, the AWS behind it all, the clock, and waiting until the shop is idle. Never in template.yaml.

mod aws;
pub(crate) mod gateway;
mod html;
mod mail;
mod orders;
mod status;
mod storefront;

use std::net::IpAddr;
use std::time::Duration;

use axum::body::Bytes;
use holdfast_core::Clock;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, ORIGIN, REFERRER_POLICY};
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri};
use serde::Deserialize;
use serde_json::{Value, json};

use self::storefront::Form;
use crate::World;
use crate::engines::Mail;

/// The clock moves at most ten years at a time: beyond, timestamps end.
const FURTHEST_S: u64 = 10 * 366 * 86_400;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MoveClock {
    advance_seconds: u64,
}

/// Whether a path is one of these rather than the API's.
pub(crate) fn is_local(path: &str) -> bool {
    path == "/dev" || path.starts_with("/dev/")
}

/// Answers a request under /dev.
pub(crate) async fn answer(world: &World, request: Request<Bytes>, source_ip: IpAddr) -> Response<Bytes> {
    if !comes_from_here(&request) {
        return refuse(StatusCode::FORBIDDEN, "only pages of this machine may ask this");
    }
    if let Some(form) = Form::at(request.uri().path()) {
        return form.answer(world, request, source_ip).await;
    }
    if let Some(answer) = orders::answer(world, &request, source_ip).await {
        return answer;
    }
    if gateway::is_gateway(request.uri().path()) {
        return gateway::answer(world, request).await;
    }
    if aws::is_aws(request.uri().path()) {
        return aws::answer(world, request).await;
    }
    if let (&Method::GET, Some(key)) = (request.method(), request.uri().path().strip_prefix("/dev/media/")) {
        let shown = world.engines().s3.show(key).await;
        return shown.unwrap_or_else(|| refuse(StatusCode::NOT_FOUND, "template.yaml has no distribution"));
    }
    if let Some(answer) = status::answer(world, &request) {
        return answer;
    }
    let by_a_button = has_form(&request);
    match (request.method(), request.uri().path()) {
        (&Method::GET, "/dev/mail") => mailbox(world, |mails| page(&mail::page(mails))),
        (&Method::GET, "/dev/mail.json") => mailbox(world, |mails| answer_json(&mail::json(mails))),
        (&Method::POST, "/dev/clock") if by_a_button => match status::seconds_of(request.body()) {
            Some(by) if by.as_secs() <= FURTHEST_S => {
                world.advance(by);
                status::back()
            }
            Some(_) | None => refuse(StatusCode::BAD_REQUEST, "a button moves the clock by at most ten years"),
        },
        (&Method::POST, "/dev/clock") => move_clock(world, request.body()),
        (&Method::POST, "/dev/settle") => {
            world.settle().await;
            if by_a_button {
                return status::back();
            }
            answer_json(&json!({"settled": true, "now": world.clock().now().to_string()}))
        }
        (_, "/dev/mail" | "/dev/mail.json" | "/dev/clock" | "/dev/settle") => {
            refuse(StatusCode::METHOD_NOT_ALLOWED, "GET /dev/mail, /dev/mail.json; POST /dev/clock, /dev/settle")
        }
        _ => refuse(
            StatusCode::NOT_FOUND,
            "there is /dev, /dev/status.json, /dev/events, /dev/mail, /dev/mail.json, /dev/gateway, /dev/clock and /dev/settle",
        ),
    }
}

/// Whether a browser sent a page's form, rather than a program JSON.
fn has_form(request: &Request<Bytes>) -> bool {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let form = kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    form && request.headers().contains_key(ORIGIN)
}

fn mailbox(world: &World, show: impl FnOnce(&[Mail]) -> Response<Bytes>) -> Response<Bytes> {
    match world.mailbox() {
        Ok(mails) => show(&mails),
        Err(error) => refuse(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

fn move_clock(world: &World, body: &Bytes) -> Response<Bytes> {
    match serde_json::from_slice(body) {
        Ok(MoveClock { advance_seconds }) if advance_seconds <= FURTHEST_S => {
            world.advance(Duration::from_secs(advance_seconds));
            answer_json(&json!({"now": world.clock().now().to_string()}))
        }
        Ok(_) => refuse(StatusCode::BAD_REQUEST, "advance_seconds is more than ten years"),
        Err(error) => refuse(StatusCode::BAD_REQUEST, &format!("wanted {{\"advance_seconds\": n}}: {error}")),
    }
}

/// A page elsewhere must not reach these through a visitor's browser: neither by a request across origins, nor by a
/// name of its own that it points at this machine.
fn comes_from_here(request: &Request<Bytes>) -> bool {
    let named = request.headers().get(HOST).map(HeaderValue::to_str);
    let named = named.map_or(request.uri().authority().is_none(), |host| host.is_ok_and(is_here));
    let origin =
        request.headers().get(ORIGIN).map(|origin| origin.to_str().ok().and_then(|origin| origin.parse().ok()));
    named && origin.is_none_or(|origin: Option<Uri>| origin.as_ref().and_then(Uri::host).is_some_and(is_here))
}

/// Whether a host, perhaps with a port, is this machine's loopback.
fn is_here(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    ["127.0.0.1", "localhost", "::1"].contains(&name)
}

fn page(html: &str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(html.to_owned()));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    // Mails bring their own styles, and nothing else of theirs is run or loaded.
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; form-action 'self'";
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    // A mail's code stands in the address of the page that it leads to.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn answer_json(value: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(value.to_string()));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn refuse(status: StatusCode, message: &str) -> Response<Bytes> {
    let mut response = answer_json(&json!({"message": message}));
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(host: &str, origin: Option<&str>) -> bool {
        let mut request = Request::post("/dev/clock").header("host", host);
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        comes_from_here(&request.body(Bytes::new()).unwrap())
    }

    #[test]
    fn pages_elsewhere_are_refused() {
        assert!(asks("127.0.0.1:8080", None) && asks("localhost", None) && asks("[::1]:8080", None));
        assert!(asks("127.0.0.1:8080", Some("http://localhost:3000")));
        assert!(!asks("127.0.0.1:8080", Some("https://evil.example")));
        assert!(!asks("127.0.0.1:8080", Some("null")));
        assert!(!asks("rebound.example:8080", None) && !asks("127.0.0.1.evil.example", None));
    }

    #[test]
    fn only_dev_is_local() {
        assert!(is_local("/dev") && is_local("/dev/mail"));
        assert!(!is_local("/device") && !is_local("/v1/dev/mail"));
    }
}
