//! Somebody's way to the shop: HTTP, without a socket.

use std::net::{IpAddr, Ipv4Addr};

use holdfast_local::{Bytes, World};
use http::{HeaderValue, Method, Request};
use serde_json::Value;

/// Who asks, from where, and with which headers.
#[derive(Clone, Debug)]
pub struct Client {
    world: World,
    address: IpAddr,
    headers: Vec<(&'static str, String)>,
}

/// What was answered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body, if it was JSON.
    pub body: Value,
}

impl Answer {
    /// The text at a place of the body; empty when there is none.
    pub fn text(&self, pointer: &str) -> String {
        self.body.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// Whether it did what was asked.
    pub fn is_well(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether it says what has become of the request. Where it does not, asking again may. Tokens are good here: whoever hears
    /// otherwise met a function whose clock is wrong.
    pub fn is_final(&self) -> bool {
        self.status < 500 && self.status != 429 && self.status != 401
    }
}

impl Client {
    /// Somebody, the how-manieth.
    pub fn new(world: &World, nth: u32) -> Self {
        let [_, a, b, c] = nth.to_be_bytes();
        Self { world: world.clone(), address: Ipv4Addr::new(10, a, b, c).into(), headers: Vec::new() }
    }

    /// The same with another header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        self.headers.push((name, value.to_owned()));
        self
    }

    /// The same with a key.
    #[must_use]
    pub fn keyed(self, key: &str) -> Self {
        self.with("idempotency-key", key)
    }

    /// Asks.
    pub async fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        self.send(method, path, body.map(Value::to_string)).await
    }

    async fn send(&self, method: &str, path: &str, body: Option<String>) -> Answer {
        let json = body.as_ref().map(|_| ("content-type", "application/json".to_owned()));
        let mut request = Request::new(body.map_or_else(Bytes::new, Bytes::from));
        *request.method_mut() = Method::try_from(method).unwrap_or_default();
        let Ok(uri) = path.parse() else { return Answer::default() };
        *request.uri_mut() = uri;
        for (name, value) in self.headers.iter().chain(&json) {
            if let Ok(value) = HeaderValue::try_from(value.as_str()) {
                request.headers_mut().insert(*name, value);
            }
        }
        let answer = self.world.request(request, self.address).await;
        let body = serde_json::from_slice(answer.body()).unwrap_or_default();
        Answer { status: answer.status().as_u16(), body }
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, None).await
    }

    /// POST of a text as it is.
    pub async fn post_text(&self, path: &str, body: &str) -> Answer {
        self.send("POST", path, Some(body.to_owned())).await
    }

    /// POST.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask("POST", path, Some(body)).await
    }
}
