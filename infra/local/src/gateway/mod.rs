//! The HTTP API in front: what reaches a function, and what the API answers by itself.

mod cors;
mod routes;
mod server;
mod throttle;

use std::net::IpAddr;
use std::time::Duration;

use axum::body::Bytes;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use holdfast_core::Ambient;
use holdfast_runtime::Gateway;
use http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HeaderName, ORIGIN, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};

use crate::functions::{CallError, Functions};
use crate::template::model::Stack;

pub(crate) use self::cors::Cors;
pub use self::routes::RouteError;
use self::routes::Routes;
pub(crate) use self::server::is_for_buckets;
pub use self::server::serve;
use self::throttle::Throttle;

/// The longest body that the API takes, in bytes.
pub(crate) const BODY_LIMIT: usize = 10 * 1024 * 1024;
/// The most that a request's first line and header values may hold together, in bytes.
const HEADER_LIMIT: usize = 10_240;
/// The API waits no longer for a function.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
const REQUEST_ID: HeaderName = HeaderName::from_static("apigw-requestid");
/// Headers of one connection, which say nothing of the request.
const HOP_BY_HOP: [HeaderName; 2] = [CONNECTION, TRANSFER_ENCODING];

/// The HTTP API.
#[derive(Debug)]
pub(crate) struct HttpApi {
    routes: Routes,
    cors: Option<Cors>,
    throttle: Option<Throttle>,
    patience: Duration,
}

impl HttpApi {
    /// The API of a stack, which waits so long for a function.
    pub(crate) fn of(stack: &Stack, patience: Duration) -> Result<Self, RouteError> {
        let (cors, throttle) = (Cors::of(&stack.api.cors), Throttle::of(&stack.api));
        Ok(Self { routes: Routes::of(stack)?, cors, throttle, patience })
    }

    /// Whether a function answers there.
    pub(crate) fn has(&self, method: &Method, path: &str) -> bool {
        self.routes.find(method.as_str(), path).is_some()
    }

    /// Answers a request.
    pub(crate) async fn answer(
        &self,
        functions: &Functions,
        ambient: &Ambient,
        request: Request<Bytes>,
        source_ip: IpAddr,
    ) -> Response<Bytes> {
        let request_id = STANDARD.encode(ambient.bytes::<11>());
        let header = HeaderValue::from_str(&request_id).ok();
        let preflight = self.cors.as_ref().and_then(|cors| cors.preflight(&request));
        let mut response = match preflight {
            Some(preflight) => preflight,
            None => {
                let origin = request.headers().get(ORIGIN).cloned();
                let gateway = Gateway { source_ip, request_id };
                let mut response = self.handle(functions, ambient, request, gateway).await;
                if let Some(cors) = &self.cors {
                    cors.apply(origin.as_ref(), response.headers_mut());
                }
                response
            }
        };
        if let Some(id) = header {
            response.headers_mut().insert(REQUEST_ID, id);
        }
        response
    }

    async fn handle(
        &self,
        functions: &Functions,
        ambient: &Ambient,
        request: Request<Bytes>,
        gateway: Gateway,
    ) -> Response<Bytes> {
        if head_length(&request) > HEADER_LIMIT {
            return own_answer(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "Request Header Fields Too Large");
        }
        if self.throttle.as_ref().is_some_and(|throttle| !throttle.admits(ambient.now())) {
            return own_answer(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests");
        }
        if request.body().len() > BODY_LIMIT {
            return too_large();
        }
        let Some(function) = self.routes.find(request.method().as_str(), request.uri().path()) else {
            return own_answer(StatusCode::NOT_FOUND, "Not Found");
        };
        let call = functions.call_http(function, normalised(request, gateway));
        match tokio::time::timeout(self.patience, call).await {
            Ok(Ok(mut response)) => {
                for name in HOP_BY_HOP {
                    response.headers_mut().remove(name);
                }
                response
            }
            Ok(Err(CallError::RequestTooLarge)) => too_large(),
            Ok(Err(
                CallError::Unknown(_)
                | CallError::Init { .. }
                | CallError::TimedOut { .. }
                | CallError::Failed { .. }
                | CallError::Crashed
                | CallError::AnswerTooLarge,
            )) => own_answer(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
            Err(_) => own_answer(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
        }
    }
}

/// The API's 413.
pub(crate) fn too_large() -> Response<Bytes> {
    own_answer(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large")
}

/// An answer of the API itself: HTTP APIs know no other form.
fn own_answer(status: StatusCode, message: &str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(format!(r#"{{"message":"{message}"}}"#)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn head_length(request: &Request<Bytes>) -> usize {
    let target = request.uri().path_and_query().map_or(1, |target| target.as_str().len());
    let line = request.method().as_str().len() + target + "  HTTP/1.1".len();
    line + request.headers().values().map(HeaderValue::len).sum::<usize>()
}

/// The request as payload 2.0 carries it: headers that came several times are one, joined by commas, cookies by
/// semicolons.
fn normalised(request: Request<Bytes>, gateway: Gateway) -> Request<Bytes> {
    let (mut parts, body) = request.into_parts();
    let mut headers = HeaderMap::with_capacity(parts.headers.keys_len());
    for name in parts.headers.keys() {
        let mut values = parts.headers.get_all(name).iter();
        let (Some(first), more) = (values.next(), values) else { continue };
        let joint: &[u8] = if name == COOKIE { b"; " } else { b"," };
        let mut joined = first.as_bytes().to_vec();
        for value in more {
            joined.extend_from_slice(joint);
            joined.extend_from_slice(value.as_bytes());
        }
        if let Ok(value) = HeaderValue::from_bytes(&joined) {
            headers.insert(name.clone(), value);
        }
    }
    // A function is told the length of what it was handed, however it came over the wire.
    headers.remove(TRANSFER_ENCODING);
    headers.remove(CONNECTION);
    if !body.is_empty() {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    }
    parts.headers = headers;
    parts.extensions.insert(gateway);
    Request::from_parts(parts, body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_that_came_twice_are_one() {
        let request = Request::get("/")
            .header("x-tag", "a")
            .header("x-tag", "b")
            .header("cookie", "a=1")
            .header("cookie", "b=2")
            .header("connection", "keep-alive");
        let gateway = Gateway { source_ip: IpAddr::from([127, 0, 0, 1]), request_id: "id".to_owned() };
        let request = normalised(request.body(Bytes::new()).unwrap(), gateway.clone());
        assert_eq!(
            (request.headers()["x-tag"].as_bytes(), request.headers()["cookie"].as_bytes()),
            (&b"a,b"[..], &b"a=1; b=2"[..])
        );
        assert_eq!(request.headers().len(), 2);
        assert_eq!(request.extensions().get(), Some(&gateway));
    }

    #[test]
    fn the_first_line_counts_with_the_header_values() {
        let request = Request::get("/health?a=b").header("x", "12345").body(Bytes::new()).unwrap();
        assert_eq!(head_length(&request), "GET /health?a=b HTTP/1.1".len() + 5);
    }
}
