//! Somebody who uses the shop.

use std::net::IpAddr;

use holdfast_local::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName};
use http::{HeaderMap, HeaderValue, Method, Request};
use serde_json::Value;

use crate::answer::Answer;
use crate::seen;
use crate::transport::Transport;

/// Somebody who uses the shop: a guest, a customer, one of the staff.
#[derive(Clone, Debug)]
pub struct Actor {
    transport: Transport,
    address: IpAddr,
    headers: HeaderMap,
    account: Option<Account>,
}

/// Whom an actor has logged in as.
#[derive(Clone, Debug)]
pub struct Account {
    /// The address that the account was registered with.
    pub email: String,
    /// Its password.
    pub password: String,
    /// What login answered: tokens and user.
    pub login: Value,
}

impl Actor {
    pub(crate) fn new(transport: Transport, address: IpAddr) -> Self {
        Self { transport, address, headers: HeaderMap::new(), account: None }
    }

    /// The same, with the tokens of an account.
    #[must_use]
    pub fn logged_in(self, account: Account) -> Self {
        let bearer = format!("Bearer {}", text(&account.login, "access_token"));
        let mut actor = self.with_header("authorization", &bearer);
        actor.account = Some(account);
        actor
    }

    /// The same, sending one header more with every request.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        let parsed = (HeaderName::try_from(name), HeaderValue::try_from(value));
        let (Ok(name), Ok(value)) = parsed else { panic!("{name}: {value:?} is no header") };
        self.headers.insert(name, value);
        self
    }

    /// The same, with another access token, or whatever stands for one.
    #[must_use]
    pub fn with_token(self, token: &str) -> Self {
        self.with_header("authorization", &format!("Bearer {token}"))
    }

    /// The same person without a token.
    #[must_use]
    pub fn logged_out(mut self) -> Self {
        self.headers.remove(AUTHORIZATION);
        self
    }

    /// The same, sending an Idempotency-Key.
    #[must_use]
    pub fn keyed(self, key: &str) -> Self {
        self.with_header("idempotency-key", key)
    }

    /// The same, at another client address.
    #[must_use]
    pub fn at_address(mut self, address: impl Into<IpAddr>) -> Self {
        self.address = address.into();
        self
    }

    /// The account; a guest has none.
    #[track_caller]
    pub fn account(&self) -> &Account {
        self.account.as_ref().unwrap_or_else(|| panic!("a guest has no account"))
    }

    /// The account's e-mail address.
    #[track_caller]
    pub fn email(&self) -> &str {
        &self.account().email
    }

    /// The account's password.
    #[track_caller]
    pub fn password(&self) -> &str {
        &self.account().password
    }

    /// The account's user id.
    #[track_caller]
    pub fn user_id(&self) -> String {
        text(&self.account().login["user"], "id")
    }

    /// The access token that login gave.
    #[track_caller]
    pub fn access_token(&self) -> String {
        text(&self.account().login, "access_token")
    }

    /// The refresh token that login gave.
    #[track_caller]
    pub fn refresh_token(&self) -> String {
        text(&self.account().login, "refresh_token")
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, None).await
    }

    /// POST with a JSON body.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::POST, path, Some(body)).await
    }

    /// PUT with a JSON body.
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::PUT, path, Some(body)).await
    }

    /// PATCH with a JSON body.
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::PATCH, path, Some(body)).await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Answer {
        self.ask(Method::DELETE, path, None).await
    }

    /// Any method, with a JSON body or none.
    pub async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let mut request = Request::new(body.as_ref().map_or_else(Bytes::new, |body| Bytes::from(body.to_string())));
        *request.method_mut() = method;
        *request.uri_mut() = path.parse().unwrap_or_else(|error| panic!("{path:?} is no path: {error}"));
        if body.is_some() {
            request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        self.send(request).await
    }

    /// Any request; the actor's headers are added to those that it lacks.
    pub async fn send(&self, mut request: Request<Bytes>) -> Answer {
        for (name, value) in &self.headers {
            request.headers_mut().entry(name).or_insert_with(|| value.clone());
        }
        let asked = describe(&request);
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let to_buckets = request.uri().host() == Some("s3.localhost");
        let answer = Answer::new(asked, self.transport.send(request, self.address).await);
        // What S3 answers is not ours to describe.
        if !to_buckets {
            seen::note(method, path, &answer);
        }
        answer
    }
}

fn describe(request: &Request<Bytes>) -> String {
    const SHOWN: usize = 2_000;
    let body = String::from_utf8_lossy(&request.body()[..request.body().len().min(SHOWN)]).into_owned();
    let headers = request.headers().iter();
    let headers: Vec<_> =
        headers.map(|(name, value)| format!("\n{name}: {}", String::from_utf8_lossy(value.as_bytes()))).collect();
    format!("{} {}{}\n{body}", request.method(), request.uri(), headers.concat())
}

#[track_caller]
fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("no text {name} in {value:#}")).to_owned()
}
