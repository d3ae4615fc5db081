//! The page of an order, to which its mails lead: what the API says of it, and the way to the payment gateway.

use std::net::IpAddr;

use axum::body::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, LOCATION};
use http::request::Builder;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use serde_json::{Value, json};

use super::html::{Escaped, frame};
use super::storefront::Sent;
use super::{page, refuse};
use crate::World;

const ROOT: &str = "/dev/orders/";

/// Who looks at an order: a guest by the key of the mail's link, a customer who has logged in.
enum Reader<'a> {
    Guest(&'a str),
    Customer(String),
}

/// Answers a request for an order's page, if it is one.
pub(super) async fn answer(world: &World, request: &Request<Bytes>, source_ip: IpAddr) -> Option<Response<Bytes>> {
    let id = request.uri().path().strip_prefix(ROOT)?;
    let counter = Counter { world, id, source_ip };
    Some(match *request.method() {
        Method::GET => {
            let sent = Sent::read(request.uri().query().unwrap_or_default().as_bytes());
            match sent.field("key") {
                "" => page(&frame("Order", &log_in(""))),
                key => counter.shows(&Reader::Guest(key)).await,
            }
        }
        Method::POST => {
            let sent = Sent::read(request.body());
            let reader = match (sent.field("key"), sent.field("token")) {
                ("", "") => counter.logs_in(&sent).await,
                ("", token) => Ok(Reader::Customer(token.to_owned())),
                (key, _) => Ok(Reader::Guest(key)),
            };
            match reader {
                Ok(reader) if sent.field("pay").is_empty() => counter.shows(&reader).await,
                Ok(reader) => counter.pays(&reader).await,
                Err(refusal) => page(&frame("Order", &log_in(&refusal))),
            }
        }
        _ => refuse(StatusCode::METHOD_NOT_ALLOWED, "GET shows an order, POST logs in or pays"),
    })
}

/// Where orders are looked at.
struct Counter<'a> {
    world: &'a World,
    id: &'a str,
    source_ip: IpAddr,
}

impl Counter<'_> {
    /// Asks the API: what it says, or why it refuses.
    async fn asks(&self, request: Builder, body: &Value) -> Result<Value, String> {
        let request = request.header(CONTENT_TYPE, "application/json").body(Bytes::from(body.to_string()));
        let answer = self.world.request(request.map_err(|error| error.to_string())?, self.source_ip).await;
        let said: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
        if answer.status().is_success() {
            return Ok(said);
        }
        let detail = said["detail"].as_str().or(said["title"].as_str()).unwrap_or("The API refuses it.");
        Err(format!("<article class=\"ill\" role=\"status\"><p>{}</p></article>", Escaped(detail)))
    }

    async fn logs_in<'b>(&self, sent: &Sent<'_>) -> Result<Reader<'b>, String> {
        let body = json!({"email": sent.field("email"), "password": sent.field("password")});
        let session = self.asks(Request::post("/v1/auth/login"), &body).await?;
        Ok(Reader::Customer(session["access_token"].as_str().unwrap_or_default().to_owned()))
    }

    async fn shows(&self, reader: &Reader<'_>) -> Response<Bytes> {
        let request = reader.signs(Request::get(format!("/v1/orders/{}", self.id)));
        match self.asks(request, &Value::Null).await {
            Ok(order) => page(&frame("Order", &shown(&order, reader))),
            Err(refusal) => page(&frame("Order", &format!("{refusal}{}", log_in("")))),
        }
    }

    async fn pays(&self, reader: &Reader<'_>) -> Response<Bytes> {
        let request = reader.signs(Request::post(format!("/v1/orders/{}/payment-intent", self.id)));
        let asked = self.asks(request, &json!({})).await;
        let intent = asked.map(|asked| asked["payment_intent_id"].as_str().unwrap_or_default().to_owned());
        match intent.map(|intent| HeaderValue::try_from(format!("{}/pay/{intent}", crate::internet::GATEWAY))) {
            Ok(Ok(location)) => {
                let mut response = Response::new(Bytes::new());
                *response.status_mut() = StatusCode::SEE_OTHER;
                response.headers_mut().insert(LOCATION, location);
                response
            }
            Ok(Err(error)) => refuse(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
            Err(refusal) => page(&frame("Order", &refusal)),
        }
    }
}

impl Reader<'_> {
    fn signs(&self, request: Builder) -> Builder {
        match self {
            Self::Guest(key) => request.header(HeaderName::from_static("x-order-token"), *key),
            Self::Customer(token) => request.header(AUTHORIZATION, format!("Bearer {token}")),
        }
    }

    fn field(&self) -> String {
        let (name, value) = match self {
            Self::Guest(key) => ("key", *key),
            Self::Customer(token) => ("token", token.as_str()),
        };
        format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", Escaped(value))
    }
}

fn log_in(refusal: &str) -> String {
    format!(
        "<nav>A customer's order: a storefront has a page of its own here.</nav>{refusal}<form method=\"post\">\
         <label>E-mail address<input name=\"email\" type=\"email\" autocomplete=\"email\" required></label>\
         <label>Password<input name=\"password\" type=\"password\" autocomplete=\"current-password\" required></label>\
         <button>Log in</button></form>"
    )
}

fn shown(order: &Value, reader: &Reader<'_>) -> String {
    let text = |value: &Value| Escaped(value.as_str().unwrap_or_default()).to_string();
    let form = if order["status"] == "PENDING" {
        let by = order["expires_at"].as_str().map(|by| format!(" by {}", Escaped(by))).unwrap_or_default();
        let button = "<button name=\"pay\" value=\"yes\">Pay</button>";
        format!("<form method=\"post\"><p>{}{button}{by}</p></form>", reader.field())
    } else {
        String::new()
    };
    format!(
        "<article><header><b>{}</b><span>{}</span><span>{}</span></header>{form}<pre>{}</pre></article>",
        text(&order["number"]),
        text(&order["status"]),
        text(&order["payment_status"]),
        Escaped(&format!("{order:#}")),
    )
}
